"""Tables of inspections: plans, inspections, what was recorded on site, findings, reports, letters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime

ID = String(26)


class InspectionPlan(Base):
    """Inspection plan (立入検査計画): the entries of a register an agency will visit in a year.

    `lines`: [{entry, number, name, score, reasons: [[factor, points]], due, added}] in the order
    of rank; `added` says why a planner put it in by hand. `state`: draft | proposed | approved.
    `proposal`: {by, name, at, hash of the lines}. `digest` pins the package's version.
    """

    __tablename__ = "inspection_plan"
    __table_args__ = (UniqueConstraint("register", "agency_id", "year"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    register: Mapped[str] = mapped_column(String(64))
    agency_id: Mapped[str] = mapped_column(String(64), index=True)
    year: Mapped[int]
    digest: Mapped[str] = mapped_column(String(80))
    quota: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20))
    proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(ID)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(ID)


class Inspection(Base):
    """Inspection (立入検査): one visit to one entry of a register, through to its closure.

    `state` is one of rules.STATES. `plan_id` is NULL for one outside the plan (随時), then
    `reason` says why. `site`: {name, address}.
    `announced`: True with a notice, False without (`unannounced_reason`), NULL while undecided.
    `proposal` as in plans, for results and for closing. `visited_at` is set when the visit is
    finished; `results_at` when the holder was told.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        Index("ix_inspection_agency", "agency_id", "state", "visit_on", "id"),
        Index("ix_inspection_day", "agency_id", "visit_on"),
        Index("ix_inspection_entry", "entry_id", "visit_on"),
        Index("ix_inspection_holder", "organisation_id", "id"),
        Index("ix_inspection_register", "register", "agency_id", "visited_at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("inspection_plan.id"), index=True)
    register: Mapped[str] = mapped_column(String(64))
    procedure_id: Mapped[str] = mapped_column(String(64))
    entry_id: Mapped[str] = mapped_column(ID)
    number: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    agency_id: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    person_id: Mapped[str | None] = mapped_column(ID)
    holder_name: Mapped[str] = mapped_column(String(300))
    score: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)
    site: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    visit_on: Mapped[date | None] = mapped_column(Date)
    visit_time: Mapped[str] = mapped_column(String(20), default="")
    announced: Mapped[bool | None]
    unannounced_reason: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    visited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    results_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Inspector(Base):
    """Inspector (検査員) of an inspection; one of them leads.

    `active` is False for one who was taken off: what they recorded before still arrives.
    """

    __tablename__ = "inspector"

    inspection_id: Mapped[str] = mapped_column(ForeignKey("inspection.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ID, primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(200))
    lead: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class VisitRecord(Base):
    """Visit record (検査の記録): one thing written down on site. Append-only: a change is a new one.

    `key` says what it is about: "start", "signature", "item:<key>" or "finding:<name>".
    `client_id` is given by the device: the same record sent twice is kept once. `replaces` are the
    client ids its writer had before them; what nobody replaced stands, and two that stand with
    different values are a conflict (食い違い). `late`: arrived after the results were proposed.
    """

    __tablename__ = "visit_record"
    __table_args__ = (UniqueConstraint("inspection_id", "client_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    inspection_id: Mapped[str] = mapped_column(ForeignKey("inspection.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(100))
    value: Mapped[dict[str, Any] | None] = mapped_column(Json)
    replaces: Mapped[list[str]] = mapped_column(Json)
    late: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[str] = mapped_column(ID)
    author_name: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VisitPhoto(Base):
    """Visit photo (現場写真): taken on site, for an item or a finding (`key` as in records).

    What is kept is a fresh picture without metadata; `original` says what came: {sha256, size,
    taken_at, located}.
    """

    __tablename__ = "visit_photo"
    __table_args__ = (UniqueConstraint("inspection_id", "client_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    inspection_id: Mapped[str] = mapped_column(ForeignKey("inspection.id"))
    client_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64), info={BLOB: True})
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    original: Mapped[dict[str, Any]] = mapped_column(Json)
    late: Mapped[bool] = mapped_column(default=False)
    removed: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[str] = mapped_column(ID)
    author_name: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Finding(Base):
    """Finding (指摘): what did not conform, how grave it is, and by when it must be put right.

    `name` is what the record on site called it. `state`: draft | noted (nothing to report) | open |
    reported | returned | accepted. `item` is the checklist's, if it came from one.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("inspection_id", "name"),
        Index("ix_finding_due", "state", "due_on"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    inspection_id: Mapped[str] = mapped_column(ForeignKey("inspection.id"))
    name: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    item: Mapped[str | None] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    law: Mapped[str] = mapped_column(String(300), default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    heard_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(default=1)


class ImprovementReport(Base):
    """Improvement report (改善報告): what the holder says was put right about a finding.

    `files` as drafts keep them. `state`: filed | accepted | returned.
    """

    __tablename__ = "improvement_report"
    __table_args__ = (Index("ix_improvement_report_finding", "finding_id", "filed_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id"))
    arrival_number: Mapped[str] = mapped_column(String(40), unique=True)
    done_on: Mapped[date] = mapped_column(Date)
    body: Mapped[str] = mapped_column(Text)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20))
    filed_by: Mapped[str] = mapped_column(ID)
    filed_name: Mapped[str] = mapped_column(String(200))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by: Mapped[str | None] = mapped_column(String(200))
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment: Mapped[str] = mapped_column(Text, default="")


class InspectionLetter(Base):
    """Inspection letter (立入検査の通知書): notice, result or instruction, with its number.

    `html` is the letter as issued, hashed in `content_hash`; the PDF follows by a job.
    """

    __tablename__ = "inspection_letter"
    __table_args__ = (Index("ix_inspection_letter_inspection", "inspection_id", "issued_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    inspection_id: Mapped[str] = mapped_column(ForeignKey("inspection.id"))
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    number: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True})
    size: Mapped[int | None] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
