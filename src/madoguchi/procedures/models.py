"""Tables of published procedures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class Procedure(Base):
    """Procedure (手続): an id under which versions are published."""

    __tablename__ = "procedure"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProcedureVersion(Base):
    """Procedure version (手続の版): a package as published, immutable, named by its digest.

    `files` holds the source texts (relative name → text); the compiled form is made from them and
    kept in memory per digest. The newest published version whose period covers a day is the one
    in which filings begin on that day.
    """

    __tablename__ = "procedure_version"
    __table_args__ = (Index("ix_procedure_version_current", "procedure_id", "effective_from"),)

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    procedure_id: Mapped[str] = mapped_column(ForeignKey("procedure.id"))
    version: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, Any]] = mapped_column(Json)
    files: Mapped[dict[str, Any]] = mapped_column(Json)
    effective_from: Mapped[date] = mapped_column(Date)
    effective_to: Mapped[date | None] = mapped_column(Date)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(64))
