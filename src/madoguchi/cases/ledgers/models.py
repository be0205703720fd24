"""The tables of licence ledgers. Amounts are whole millionths, so both databases add them exactly."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import APPEND_ONLY, Base, Json, UtcDateTime

ID = String(26)
RESERVED, USED, RELEASED, LAPSED = "reserved", "used", "released", "lapsed"


class LedgerAccount(Base):
    """Ledger balance (残数): how much of one item a registration allows, and what became of it.

    `opening` is what the licence says, `allowed` that with its tolerance. `rules`: {recorders:
    [{role, agency}], hold, public} as the package had them when the registration was made. The
    counters are raised by guarded statements only; the database refuses more than is allowed.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        CheckConstraint("used + reserved <= allowed", name="within"),
        CheckConstraint("used >= 0 AND reserved >= 0", name="not_negative"),
    )

    entry_id: Mapped[str] = mapped_column(ID, primary_key=True)
    ledger: Mapped[str] = mapped_column(String(64), primary_key=True)
    item: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int]
    title: Mapped[dict[str, str]] = mapped_column(Json)
    item_label: Mapped[str] = mapped_column(String(300))
    unit: Mapped[dict[str, str] | None] = mapped_column(Json)
    decimals: Mapped[int]
    opening: Mapped[int] = mapped_column(BigInteger)
    allowed: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    rules: Mapped[dict[str, Any]] = mapped_column(Json)


class LedgerUse(Base):
    """Ledger posting (裏書): one use of a registration, of one item or of several at once.

    `reference` is the number of what it was for (a customs declaration, a filing); it stands once
    among those that count. `state`: reserved (仮) | used (確定) | released (取消) | lapsed.
    """

    __tablename__ = "ledger_use"
    __table_args__ = (
        Index("ix_ledger_use_entry", "entry_id", "recorded_at", "id"),
        Index(
            "uq_ledger_use_reference",
            "entry_id",
            "reference",
            unique=True,
            sqlite_where=text("state IN ('reserved', 'used')"),
            postgresql_where=text("state IN ('reserved', 'used')"),
        ),
        Index(
            "ix_ledger_use_case",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    entry_id: Mapped[str] = mapped_column(ID)
    state: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(120))
    used_on: Mapped[date] = mapped_column(Date)
    details: Mapped[dict[str, str]] = mapped_column(Json)
    case_id: Mapped[str | None] = mapped_column(ID)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_by: Mapped[str] = mapped_column(ID)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerLine(Base):
    """Line of a ledger (裏書の行): what one act changed of one item; never changed itself.

    `number` has no gaps within a registration. `act`: opened | amended | reserved | used |
    finalised | corrected | released | lapsed. `used`, `reserved`: by how much they changed; `left`
    is what remained then.
    """

    __tablename__ = "ledger_line"
    __table_args__ = (
        Index("ix_ledger_line_use", "use_id", "number"),
        {"info": {APPEND_ONLY: ()}},
    )

    entry_id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    ledger: Mapped[str] = mapped_column(String(64))
    item: Mapped[str] = mapped_column(String(100))
    act: Mapped[str] = mapped_column(String(10))
    used: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    left: Mapped[int] = mapped_column(BigInteger)
    use_id: Mapped[str | None] = mapped_column(ID)
    reason: Mapped[str | None] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
