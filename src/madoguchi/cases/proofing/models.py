"""The table of proofs of representatives."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.identity.account.representing import DOCUMENT
from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime


class RepresentativeProof(Base):
    """Proof of a representative (代表者の確認): a certificate, or what a card proved, and the decision.

    A card that agrees with the registry decides by itself (`decided_by` None). `corporate_number`
    is "" of a sole proprietor.
    """

    __tablename__ = "representative_proof"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state"),
        CheckConstraint("decided_by <> person_id", name="second_person"),
        Index("ix_representative_proof_state_id", "state", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    corporate_number: Mapped[str] = mapped_column(String(13))
    organisation_name: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(200))
    """As the certificate says it: 代表取締役."""
    route: Mapped[str] = mapped_column(String(20), default=DOCUMENT)
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True})
    file_name: Mapped[str] = mapped_column(String(200), default="")
    file_type: Mapped[str] = mapped_column(String(100), default="")
    card: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the card's provider and its name of the holder: one card, one account."""
    proved: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What a card proved: name, address, birthdate, issuer, acr; `finding`: how it compared."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class Succession(Base):
    """Succession of representatives (代表者の交代): what a proof asks of those who represent the organisation already.

    `instead`: their role ends with it. `consents` is a present representative's answer (None: none
    yet), `first_by` the first of the two officials who must agree without it.
    """

    __tablename__ = "succession"
    proof_id: Mapped[str] = mapped_column(ForeignKey("representative_proof.id"), primary_key=True)
    instead: Mapped[bool] = mapped_column(default=False)
    consents: Mapped[bool | None]
    objection: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegistryWatch(Base):
    """Watch of a record (登記の見守り): what the registry said of a proved organisation when last looked at.

    (`updated_on`, `sequence`) is the record that was seen, whenever its file arrived.
    """

    __tablename__ = "registry_watch"
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(600))
    address: Mapped[str] = mapped_column(String(1500))
    representative: Mapped[str] = mapped_column(String(300))
    closed: Mapped[bool]
    updated_on: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
