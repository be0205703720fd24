"""The tables of periodic duties."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, UtcDateTime

OPEN, FULFILLED, EXCUSED, VOID = "open", "fulfilled", "excused", "void"
ID = String(26)


class Obligation(Base):
    """Obligation (提出義務): one entry of a register owes one report for one period.

    `id` follows from entry, duty and period: making the same duty again finds it. `duty` is
    "procedure/name" of the package that defines it, `procedure_id` the procedure whose filing
    fulfils it. `due_on` counts, `set_on` is what the rule gave before official overrides. `state`:
    open | fulfilled | excused (免除) | void (the entry does not owe it any more). `reminded`: the
    reminder sent last, in days before; -1 after telling that it is overdue. `run` is the id of
    the run that asked the rule last (ids sort by time).
    """

    __tablename__ = "obligation"
    __table_args__ = (
        Index("ix_obligation_holder", "organisation_id", "state", "due_on", "id"),
        Index("ix_obligation_desk", "agency_id", "state", "due_on", "id"),
        Index("ix_obligation_duty", "duty", "period", "state", "due_on", "id"),
        Index("ix_obligation_entry", "entry_id", "procedure_id", "period"),
        Index(
            "ix_obligation_case",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    duty: Mapped[str] = mapped_column(String(130))
    procedure_id: Mapped[str] = mapped_column(String(64))
    register: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[str] = mapped_column(ID)
    number: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    holder: Mapped[str] = mapped_column(String(300))
    period: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date] = mapped_column(Date)
    set_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    reason: Mapped[str | None] = mapped_column(Text)
    case_id: Mapped[str | None] = mapped_column(ID)
    fulfilled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded: Mapped[int | None]
    demanded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    run: Mapped[str] = mapped_column(ID)


class DeadlineOverride(Base):
    """Deadline override (期限の変更): an official moved the last day, for everyone, an office or an
    entry, with a reason; the narrowest counts, of equals the latest.
    """

    __tablename__ = "deadline_override"
    __table_args__ = (Index("ix_deadline_override_duty", "duty", "period"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    duty: Mapped[str] = mapped_column(String(130))
    period: Mapped[str] = mapped_column(String(20))
    agency_id: Mapped[str | None] = mapped_column(String(64))
    entry_id: Mapped[str | None] = mapped_column(ID)
    due_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(ID)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
