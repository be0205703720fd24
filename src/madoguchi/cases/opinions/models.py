"""The table of opinions asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

ID = String(26)


class OpinionTask(Base):
    """Opinion (意見照会): what one agency is asked about a case, and what it answered.

    `name` is the block of the package; `turn` counts how often it was asked. `state` is asked |
    answered | passed (nothing said in time, where the package takes that for no objection) |
    withdrawn (取下げ, by the agency that asked, `withdrawn_because`). `form` is the answer as JSON;
    `content_hash` the filing it was given about.
    """

    __tablename__ = "opinion_task"
    __table_args__ = (
        Index("ix_opinion_task_case", "case_id", "name", "turn"),
        Index("ix_opinion_task_agency", "agency_id", "state", "due_at", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    name: Mapped[str] = mapped_column(String(64))
    turn: Mapped[int]
    agency_id: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(ID)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(ID)
    answered_name: Mapped[str | None] = mapped_column(String(200))
    form: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    content_hash: Mapped[str | None] = mapped_column(String(80))
    withdrawn_because: Mapped[str | None] = mapped_column(Text)
