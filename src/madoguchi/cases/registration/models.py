"""The table of registration checks."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class RegistrationCheck(Base):
    """Registration check (登記の照合): one case's party beside the registry, and who accepted it.

    `outcome`: found, not_found, under_change 登記事件中 or unavailable; for the last two it is asked
    again at `next_at`. `compared`: [{item, filed, registered, same}]. `summary`: what else the
    record says {status, successor, established_on, simulated}.
    """

    __tablename__ = "registration_check"
    __table_args__ = (Index("ix_registration_check_case", "case_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(26))
    corporate_number: Mapped[str] = mapped_column(String(13))
    outcome: Mapped[str] = mapped_column(String(20))
    compared: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    summary: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_by: Mapped[str] = mapped_column(String(26))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retrieved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=1)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_by: Mapped[str | None] = mapped_column(String(26))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(500))
