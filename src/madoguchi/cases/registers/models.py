"""Tables beside the register's entries: keys to find them by, acts on them, letters of no case."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime

ID = String(26)


class RegisterKey(Base):
    """Look-up key (照合の鍵): under which values of its key columns an entry is found."""

    __tablename__ = "register_key"
    __table_args__ = (Index("ix_register_key_entry", "entry_id"),)

    register: Mapped[str] = mapped_column(String(64), primary_key=True)
    column: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(200), primary_key=True)
    entry_id: Mapped[str] = mapped_column(ID, primary_key=True)


class EntryLetter(Base):
    """Letter to a holder (登録者への通知書): about a register entry, outside of any case.

    `subject` is what it is about, "obligation:ID" or "act:ID". As with letters of cases, `html` is
    the letter as issued, hashed in `content_hash`; the PDF (`sha256`, `size`) follows by a job.
    """

    __tablename__ = "entry_letter"
    __table_args__ = (
        Index("ix_entry_letter_entry", "entry_id", "issued_at"),
        Index("ix_entry_letter_subject", "subject", "issued_at"),
        Index("ix_entry_letter_holder", "organisation_id", "issued_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    entry_id: Mapped[str] = mapped_column(ID)
    agency_id: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    number: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True})
    size: Mapped[int | None] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EntryAct(Base):
    """Official act on an entry (職権による処分): proposed by one official, done or dropped.

    `state`: proposed | done | returned | withdrawn. `form` is the official's form as JSON with how the
    holder was heard. `stamp` says what the entry said when the form was shown, `token` names that
    showing. `effective_on` is the day of effect, `until` the last day of a suspension; `digest` the
    version of the procedure whose act it is. What it changed has its id in the journal.
    """

    __tablename__ = "entry_act"
    __table_args__ = (
        Index("ix_entry_act_entry", "entry_id", "proposed_at"),
        Index("ix_entry_act_agency", "agency_id", "state", "proposed_at"),
        # One proposal at a time waits for the second person.
        Index(
            "uq_entry_act_open",
            "entry_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    entry_id: Mapped[str] = mapped_column(ID)
    register: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[dict[str, str]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    effective_on: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    form: Mapped[dict[str, Any]] = mapped_column(Json)
    stamp: Mapped[str] = mapped_column(String(64))
    token: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[str] = mapped_column(ID)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ID)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment: Mapped[str | None] = mapped_column(Text)
