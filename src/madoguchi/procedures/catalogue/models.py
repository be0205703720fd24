"""Tables of the catalogue. Cells of the survey that hold several values keep its "; " between."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class CatalogueEntry(Base):
    """Surveyed procedure (手続): one row of the survey, verbatim, and what is derived from it."""

    __tablename__ = "catalogue_entry"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    ministry: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(Text)
    law: Mapped[str] = mapped_column(Text)
    law_number: Mapped[str | None] = mapped_column(Text)
    article: Mapped[str | None] = mapped_column(Text)
    procedure_type: Mapped[str | None] = mapped_column(String(40))
    filer: Mapped[str | None] = mapped_column(Text)
    receiver: Mapped[str | None] = mapped_column(Text)
    through: Mapped[str | None] = mapped_column(Text)
    independent_bodies: Mapped[str | None] = mapped_column(Text)
    implementing: Mapped[str] = mapped_column(Text)
    online_state: Mapped[str | None] = mapped_column(String(20))
    fee: Mapped[str | None] = mapped_column(String(20))
    fee_methods: Mapped[str | None] = mapped_column(Text)
    period_online: Mapped[str | None] = mapped_column(Text)
    period_paper: Mapped[str | None] = mapped_column(Text)
    filing_systems: Mapped[str | None] = mapped_column(Text)
    office_systems: Mapped[str | None] = mapped_column(Text)
    yearly: Mapped[int] = mapped_column(BigInteger, default=0)
    yearly_online: Mapped[int] = mapped_column(BigInteger, default=0)
    yearly_paper: Mapped[int] = mapped_column(BigInteger, default=0)
    information: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[str | None] = mapped_column(Text)
    personal_events: Mapped[str | None] = mapped_column(Text)
    corporate_events: Mapped[str | None] = mapped_column(Text)
    professions: Mapped[str | None] = mapped_column(Text)
    offices: Mapped[str | None] = mapped_column(Text)
    online_rate: Mapped[int] = mapped_column(Integer, default=0)
    """Hundredths of a percent: 66.67 % is 6667."""
    survey: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The survey's other columns under their Japanese names; empty cells are left out."""
    kind: Mapped[str] = mapped_column(String(20))
    agency: Mapped[str | None] = mapped_column(String(60))
    """Id of the agency in identity that the ministry is, where it is known."""
    source: Mapped[str] = mapped_column(String(10), default="survey")
    """`survey` or `sample`."""


class CataloguePackage(Base):
    """Published package in the catalogue (画面で記入できる手続): what lists show of it."""

    __tablename__ = "catalogue_package"

    procedure_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    summary: Mapped[dict[str, str]] = mapped_column(Json)
    keywords: Mapped[list[str]] = mapped_column(Json)
    laws: Mapped[list[dict[str, str]]] = mapped_column(Json)
    """[{"act": …, "article": …}]"""
    agency: Mapped[str | None] = mapped_column(String(60))
    ministry: Mapped[str] = mapped_column(String(60), default="")
    life_events: Mapped[list[str]] = mapped_column(Json)
    professions: Mapped[list[str]] = mapped_column(Json)
    standard_period: Mapped[str | None] = mapped_column(Text)
    fee: Mapped[bool | None] = mapped_column()
    minutes: Mapped[int | None] = mapped_column(Integer)
    catalogue_ids: Mapped[list[str]] = mapped_column(Json)
    """手続ID of the surveyed procedures this package serves."""
    yearly: Mapped[int] = mapped_column(BigInteger, default=0)


class CatalogueState(Base):
    """Edition of a part of the catalogue (目録の版): tells the indexes in memory to reload."""

    __tablename__ = "catalogue_state"

    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    """`entries` or `packages`."""
    edition: Mapped[str] = mapped_column(String(40))
    count: Mapped[int] = mapped_column(Integer, default=0)
    source: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
