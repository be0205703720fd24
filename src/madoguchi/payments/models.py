"""Tables of payments: what is asked for, and what the receiving side reported."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class PaymentRequest(Base):
    """Payment request (納付の求め): one fee of one case, with the numbers it is paid under.

    `state`: requested 納付待ち, paid 納付済み, cancelled 取消し, mismatched 金額相違 (another
    amount arrived). `excess` 過誤納金: yen that arrived and nobody owed, to be given back.
    """

    __tablename__ = "payment_request"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("state IN ('requested', 'paid', 'cancelled', 'mismatched')", name="state"),
        UniqueConstraint("dedupe_key"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(26), index=True)
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


class Clearing(Base):
    """Clearing notice (消込通知): money that arrived under a notice number, reported once each."""

    __tablename__ = "payment_clearing"

    receipt_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payment_request.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    excess: Mapped[int] = mapped_column(BigInteger)
