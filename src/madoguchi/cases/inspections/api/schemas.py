"""API types of inspections."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Text = dict[str, str]
CLIENT_ID = "^[A-Za-z0-9_-]{8,64}$"


class Row(BaseModel):
    """What is read from a row of a table; some columns have another name for programs."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class FindingOut(Row):
    """A finding (指摘) with its deadline; `severity` and `state` are keys."""

    id: str
    number: int
    severity: str
    text: str
    law: str
    state: str
    due_on: date | None


class LetterOut(BaseModel):
    """A letter (通知書); `href` gives its PDF."""

    key: str
    title: Text
    number: str
    issued_at: datetime
    content_hash: str
    href: str


class InspectionOut(Row):
    """An inspection (立入検査)."""

    id: str
    register_name: str = Field(validation_alias="register")
    number: str
    title: Text
    holder: str = Field(validation_alias="holder_name")
    agency: str = Field(validation_alias="agency_id")
    state: str
    revision: int
    site: dict[str, str]
    visit_on: date | None
    visit_time: str
    announced: bool | None
    inspectors: list[str] = []
    findings: list[FindingOut] = []
    letters: list[LetterOut] = []


class InspectionDetail(InspectionOut):
    """What officials see in addition: records, what is missing, what one may do."""

    score: str | None
    records: dict[str, list[dict[str, Any]]]
    missing: list[str]
    conflicts: list[str]
    actions: list[str]


class InspectionList(BaseModel):
    """A page of inspections; `next` is the cursor of the next one."""

    items: list[InspectionOut]
    next: str | None


class PlanOut(Row):
    """A yearly plan (立入検査計画)."""

    id: str
    register_name: str = Field(validation_alias="register")
    agency: str = Field(validation_alias="agency_id")
    year: int
    quota: int
    state: str
    revision: int
    lines: list[dict[str, Any]]


class RankedOut(BaseModel):
    """An entry with its risk."""

    entry: str
    number: str
    name: str
    score: str
    reasons: list[dict[str, str]]
    last_inspected_on: date | None
    due_on: date | None
    due: bool


class RankingOut(BaseModel):
    """The entries of a register by risk."""

    items: list[RankedOut]
    total: int


class FormIn(BaseModel):
    """The form of an act, field by field; `revision` guards against acting on an old view."""

    model_config = ConfigDict(extra="forbid")

    form: dict[str, Any] = {}


class RecordIn(BaseModel):
    """One record of a visit (see the howto for keys and values)."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(pattern=CLIENT_ID)
    key: str = Field(max_length=100)
    value: dict[str, Any] | None = None
    replaces: list[str] = Field(default=[], max_length=20)
    made_at: AwareDatetime


class RecordsIn(BaseModel):
    """Records of one inspector, in the order in which they were made."""

    model_config = ConfigDict(extra="forbid")

    records: list[RecordIn] = Field(max_length=500)


class OutcomeOut(Row):
    """What became of a record: accepted | duplicate | late | refused."""

    client_id: str
    status: str
    message: Text | None


class RecordsOut(BaseModel):
    """The outcomes, and how the visit stands now."""

    outcomes: list[OutcomeOut]
    received_at: str
    state: str
    missing: int
    conflicts: list[str]


class PhotoOut(BaseModel):
    """A photograph as kept: without metadata, drawn anew."""

    id: str
    client_id: str
    key: str
    sha256: str
    size: int
    late: bool
    received_at: str


class ReportOut(Row):
    """An improvement report (改善報告) as received."""

    id: str
    arrival_number: str
    state: str
    filed_at: datetime
