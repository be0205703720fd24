"""Tables of payments: what is asked for, and what the receiving side reported."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class PaymentRequest(Base):
    """Payment request (納付の求め): one fee of one case, with the numbers it is paid under.

    `procedure_id`: of its case; whoever acts for a payer in single procedures sees only theirs.
    `viewed_at`: when the payer first looked at the notice.
    `state`: requested 納付待ち, paid 納付済み, cancelled 取消し, mismatched 金額相違 (another
    amount arrived). `excess` 過誤納金: yen that arrived and nobody owed, to be given back;
    `returned` of them were. `expired_at`: cancelled because nobody paid in time (期限切れ).
    `refunded_at`: the fee itself was given back (還付). `category` 納付区分 binds it to its fee.
    """

    __tablename__ = "payment_request"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('requested', 'paid', 'cancelled', 'mismatched')", name="state"),
        UniqueConstraint("dedupe_key"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(26), index=True)
    procedure_id: Mapped[str] = mapped_column(String(100), default="", server_default="")
    fee_id: Mapped[str] = mapped_column(String(100))
    label: Mapped[dict[str, Any]] = mapped_column(Json)
    amount: Mapped[int] = mapped_column(BigInteger)
    payer_person: Mapped[str | None] = mapped_column(String(26), index=True)
    payer_organisation: Mapped[str | None] = mapped_column(String(26), index=True)
    collecting_agency: Mapped[str] = mapped_column(String(5))
    notice_number: Mapped[str] = mapped_column(String(16), unique=True)
    confirmation_number: Mapped[str] = mapped_column(String(6))
    dedupe_key: Mapped[str] = mapped_column(String(200))
    report_job: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(12))
    excess: Mapped[int] = mapped_column(BigInteger, default=0)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    category: Mapped[str] = mapped_column(String(16), default="", server_default="")
    viewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refunded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Clearing(Base):
    """Clearing notice (消込通知): money that arrived under a notice number, reported once each.

    `source`: notice 速報 (at once), file 日次 (daily file) or simulated. `outcome`: see rules.settle.
    """

    __tablename__ = "payment_clearing"

    receipt_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment_request.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    excess: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(10), default="notice", server_default="notice")
    outcome: Mapped[str] = mapped_column(String(12), default="", server_default="")


class UnknownReceipt(Base):
    """Unknown receipt (不明入金): money that arrived under a number nobody gave out.

    `note` says what came of it, written by who looked into it.
    """

    __tablename__ = "payment_unknown_receipt"

    receipt_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    notice_number: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(500))
    noted_by: Mapped[str | None] = mapped_column(String(26))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReceiptFile(Base):
    """Receipt file (収納データ): a daily file of what was received, and what it came to.

    `lines`: [{line, receipt_number, notice_number, amount, paid_at, outcome, payment}]. The same
    file again is known by its `sha256`. `missing`: receipts told at once for these days that the
    file does not have.
    """

    __tablename__ = "payment_receipt_file"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    missing: Mapped[list[str]] = mapped_column(Json)
    total: Mapped[int] = mapped_column(BigInteger)
    uploaded_by: Mapped[str] = mapped_column(String(26))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Refund(Base):
    """Refund (還付): money given back, proposed by one person and decided by another.

    `kind`: excess 過誤納金 (what nobody owed) or fee 手数料 (the fee itself). `state`: proposed 起案,
    approved 決定, rejected 却下.
    """

    __tablename__ = "payment_refund"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("kind IN ('excess', 'fee')", name="kind"),
        CheckConstraint("state IN ('proposed', 'approved', 'rejected')", name="state"),
        CheckConstraint("decided_by <> proposed_by", name="second_person"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment_request.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10))
    proposed_by: Mapped[str] = mapped_column(String(26))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(26))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
