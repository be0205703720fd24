"""The table of erasures: what is to be forgotten, who said so, what was done."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

ID = String(26)
LISTED, HELD, PROPOSED, APPROVED, DONE, DROPPED = (
    *("listed", "held", "proposed"),
    *("approved", "done", "dropped"),
)
OPEN = (LISTED, HELD, PROPOSED, APPROVED)
RETENTION, REQUEST, MISTAKE = "retention", "request", "mistake"
GROUNDS = (RETENTION, REQUEST, MISTAKE)
_OPEN = text("state IN ('listed', 'held', 'proposed', 'approved')")


class Erasure(Base):
    """Erasure (消去): one case, or one of its files, on its way to be forgotten.

    `ground`: retention 保存期間満了 | request 利用停止・消去の請求 | mistake 誤って提出された文書. `state`: listed
    廃棄予定 | held 延長 | proposed 起案 | approved 決裁済み | done 消去済み | dropped 取りやめ. `file`: the id
    of the document, when only that goes. `kept_until`: the last day of the period that ended.
    `hold_until`: the last day of a hold, NULL while it has no end. `reason` and `basis` are what
    the journal says for ever: they never repeat the content. `counts`: how much of each kind went;
    `left`: hashes of files still to be deleted from the disk, emptied when they are.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("ground IN ('retention', 'request', 'mistake')", name="ground"),
        CheckConstraint(
            "state IN ('listed', 'held', 'proposed', 'approved', 'done', 'dropped')", name="state"
        ),
        CheckConstraint("decided_by <> proposed_by", name="second_person"),
        Index("ix_erasure_agency", "agency_id", "state", "kept_until", "id"),
        Index("ix_erasure_case", "case_id"),
        # One erasure of a case at a time is under way.
        Index(
            "uq_erasure_open", "case_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    agency_id: Mapped[str] = mapped_column(String(64))
    ground: Mapped[str] = mapped_column(String(10))
    file: Mapped[str | None] = mapped_column(ID)
    state: Mapped[str] = mapped_column(String(10))
    kept_until: Mapped[date | None] = mapped_column(Date)
    hold_until: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    listed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[str | None] = mapped_column(ID)
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ID)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    left: Mapped[list[str]] = mapped_column(Json, default=list)
