"""Tables only the desk uses: internal notes, and what applicants were asked to correct."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, UtcDateTime

ID = String(26)


class CaseNote(Base):
    """Internal note (庁内メモ): said among officials about a case; applicants never see it."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_case", "case_id", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    author_id: Mapped[str] = mapped_column(ID)
    author_name: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CorrectionPoint(Base):
    """Correction point (補正の指摘): one answer an applicant was asked to correct.

    `pointer` has `*` for row ids: it names the question, so that a procedure's owner sees which
    questions people get wrong.
    """

    __tablename__ = "correction_point"
    __table_args__ = (
        Index("ix_correction_point_question", "agency_id", "procedure_id", "pointer"),
        Index("ix_correction_point_at", "agency_id", "at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), index=True)
    agency_id: Mapped[str] = mapped_column(String(64))
    procedure_id: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(80))
    pointer: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
