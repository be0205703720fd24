"""API types of bulk filing."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from madoguchi.cases.api.schemas import FaultOut, Id
from madoguchi.cases.bulk.entries import Entry
from madoguchi.cases.bulk.models import BulkFiling, BulkRow

RowState = Literal["waiting", "good", "fault", "filed", "already"]


class RowIn(BaseModel):
    """One filing: your reference, for whom (corporate number; left out: whom you act for), answers.

    `attached`: ids of uploaded files (POST /api/v1/files) by attachment key or field pointer.
    """

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default="", max_length=200, description="Your own reference; unique.")
    client: str = Field(default="", max_length=60, description="Corporate number of a client.")
    data: dict[str, Any]
    attached: dict[str, Annotated[list[Id], Field(max_length=50)]] = Field(default_factory=dict)

    def entry(self, line: int) -> Entry:
        """As the rows of a file are kept."""
        return Entry(line, self.key.strip(), self.client, self.data, self.attached)


class BulkIn(BaseModel):
    """A bulk filing (一括申請): filings of one procedure; nothing is filed before you ask for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "procedure_id": "simple-notice",
                    "filings": [
                        {"key": "2026-001", "data": {"site_name": "川崎工場"}},
                        {"key": "2026-002", "client": "7000012050002", "data": {}},
                    ],
                }
            ]
        },
    )

    procedure_id: str = Field(max_length=64)
    filings: list[RowIn] = Field(description="1 to 10,000")


class FileIn(BaseModel):
    """The verdict that was seen: the `run` of the bulk filing."""

    model_config = ConfigDict(extra="forbid")

    run: int = Field(ge=1)


class CountsOut(BaseModel):
    """Rows by state; `warned` are good rows with something to look at."""

    waiting: int
    good: int
    fault: int
    filed: int
    already: int
    warned: int


class FeeSumOut(BaseModel):
    """What the good rows owe, by kind of fee."""

    label: dict[str, str]
    due: str
    count: int
    amount: int


class BulkOut(BaseModel):
    """A bulk filing. `done` of `total` rows are through what goes on now."""

    id: str
    procedure_id: str
    digest: str
    title: dict[str, str]
    name: str
    state: Literal[
        "reading", "checking", "checked", "filing", "stopped", "done", "failed", "cancelled"
    ]
    run: int
    problem: dict[str, str] | None
    columns: list[str] = Field(description="Headings of the file that were not read.")
    total: int
    done: int
    counts: CountsOut
    fees: list[FeeSumOut]
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class BulkRowOut(BaseModel):
    """A row with its verdict; `case_id` and `arrival_number` once it is filed."""

    number: int
    line: int
    key: str
    client: str
    applicant: str
    state: RowState
    faults: list[FaultOut]
    fees: list[dict[str, Any]]
    case_id: str | None
    arrival_number: str | None
    arrived_at: datetime | None


class BulkRowList(BaseModel):
    """Rows in order; `next` is the cursor of the next page."""

    items: list[BulkRowOut]
    next: str | None = None


def bulk_out(bulk: BulkFiling) -> BulkOut:
    """A bulk filing for its sender."""
    counts = {
        "good": bulk.good,
        "fault": bulk.faulty,
        "filed": bulk.filed,
        "already": bulk.already,
    }
    return BulkOut(
        **{name: getattr(bulk, name) for name in BulkOut.model_fields if name != "counts"},
        counts=CountsOut(
            **counts, waiting=bulk.total - sum(counts.values()), warned=min(bulk.warned, bulk.good)
        ),
    )


def row_out(row: BulkRow) -> BulkRowOut:
    """A row for its sender."""
    own = {"number", "line", "key", "client", "state", "faults", "fees"}
    own |= {"case_id", "arrival_number", "arrived_at"}
    return BulkRowOut(**{name: getattr(row, name) for name in own}, applicant=row.organisation_name)
