"""Tables of people, organisations, agencies and what each may do."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Integer, String, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.identity.assurance import ACR_1
from madoguchi.kernel.database import Base, Json, UtcDateTime


class Person(Base):
    """Person (利用者): one human being with an account."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kana: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str | None] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(8), default="ja")
    about: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What one can try as this person, shown in the development chooser; empty: not shown there."""
    active: Mapped[bool] = mapped_column(default=True)
    program: Mapped[bool] = mapped_column(default=False)
    """A program of an organisation (identity.organisations.programs): nobody signs in as it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Organisation(Base):
    """Organisation (法人・個人事業主): who files and holds permits; some have no number."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    corporate_number: Mapped[str | None] = mapped_column(String(13), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    kana: Mapped[str] = mapped_column(String(300), default="")
    name_en: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """postal_code, prefecture, city, street, building: the parts of a package's `address`."""
    representative_title: Mapped[str] = mapped_column(String(200), default="")
    representative_name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when nobody acts for it (終了); a representative proved later opens it again."""
    proof_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the newest proof of those who represent it is due again (identity.reproof)."""


class Membership(Base):
    """Membership (所属): a person acts for an organisation."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(40), default="staff")
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"), index=True)
    procedures: Mapped[list[str]] = mapped_column(Json, default=list)
    """The ids of the procedures they may file and see; []: every one."""


class Verification(Base):
    """Verification (本人確認の記録): how and when a person was proved to represent an organisation.

    `route` is document or card; `claims` is what a card proved: name, address, birthdate. It is due
    again at `due_at` (再確認); `doubt` says what the registry told since, `told` of what its
    representative was told (identity.reproof).
    """

    __tablename__ = "verification"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True, index=True
    )
    route: Mapped[str] = mapped_column(String(20))
    claims: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    doubt: Mapped[str] = mapped_column(String(20), default="")
    told: Mapped[str] = mapped_column(String(10), default="")


class Agency(Base):
    """Agency (行政機関): ministry, bureau or prefecture; the tree is by parent_id."""

    __tablename__ = "agency"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[dict[str, Any]] = mapped_column(Json)
    head: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    prefectures: Mapped[list[str]] = mapped_column(Json, default=list)
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    position: Mapped[int] = mapped_column(Integer, default=0)


class RoleGrant(Base):
    """Role grant (権限の付与): this person has this role at this agency and those below it."""

    __tablename__ = "role_grant"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    agency_id: Mapped[str] = mapped_column(ForeignKey("agency.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Its first and last day (JST); None: no limit."""

    @classmethod
    def in_force(cls, today: date) -> ColumnElement[bool]:
        """The condition that a role is in force on a day."""
        return and_(
            or_(cls.valid_from.is_(None), cls.valid_from <= today),
            or_(cls.valid_to.is_(None), cls.valid_to >= today),
        )


class SignIn(Base):
    """Sign-in (ログイン): a session of a person; ended here it is over whatever the cookie says.

    `acr` is the level of assurance reached (identity.assurance), `amr` how (RFC 8176);
    `authenticated_at` when the person last proved who they are, a step-up included. `device` names
    browser and system: a session that turns up in another one was stolen.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person_id_id", "person_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    method: Mapped[str] = mapped_column(String(20))
    acr: Mapped[str] = mapped_column(String(40), default=ACR_1)
    amr: Mapped[list[str]] = mapped_column(Json, default=list)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(60), default="")
    continues: Mapped[str | None] = mapped_column(String(26))
    """The first sign-in of this session, when the person proved anew who they are (`sid`)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def session_id(self) -> str:
        """What names the session, however often its person proved anew who they are."""
        return self.continues or self.id


class AccessToken(Base):
    """Access token (アクセストークン) of a program; only its SHA-256 is kept.

    `acr` and `authenticated_at`: how surely and when its person proved who they are to make it.
    """

    __tablename__ = "access_token"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    label: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    acr: Mapped[str | None] = mapped_column(String(40))
    authenticated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
