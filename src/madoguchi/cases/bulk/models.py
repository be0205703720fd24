"""Tables of filing in bulk: what was sent, and each of its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

# Of what was sent.
READING, CHECKING, CHECKED, FILING, STOPPED, DONE, FAILED, CANCELLED = (
    *("reading", "checking", "checked", "filing"),
    *("stopped", "done", "failed", "cancelled"),
)
# Of a row. `ALREADY`: the same was filed before, in an earlier upload.
WAITING, GOOD, FAULTY, FILED, ALREADY = "waiting", "good", "fault", "filed", "already"
ROW_STATES = (WAITING, GOOD, FAULTY, FILED, ALREADY)


class BulkFiling(Base):
    """Bulk filing (一括申請): many filings of one procedure, sent in one file or one call.

    `shown`: by what its sender acted who last set it going (identity.shown): rows are filed by that.
    `digest`: the version its rows are judged by. `run` counts up with every checking and filing:
    work begun in an earlier run ends. `done` of `total` rows are through the present run; the
    counts of rows by state follow. `fees`: what the good rows owe, [{label, due, count, amount}].
    `problem`: why it failed or stopped. `columns`: headings that were not read. The answers of rows
    that were not filed are kept until `expires_at`.
    """

    __tablename__ = "bulk_filing"
    __table_args__ = (Index("ix_bulk_filing_person", "person_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(26))
    organisation_id: Mapped[str | None] = mapped_column(String(26))
    shown: Mapped[dict[str, Any]] = mapped_column(Json, server_default="{}")
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(10))
    procedure_id: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(80))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    name: Mapped[str] = mapped_column(String(200), default="")
    document_id: Mapped[str | None] = mapped_column(String(26))
    state: Mapped[str] = mapped_column(String(12))
    run: Mapped[int] = mapped_column(default=1)
    problem: Mapped[dict[str, str] | None] = mapped_column(Json)
    columns: Mapped[list[str]] = mapped_column(Json, default=list)
    fees: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    already: Mapped[int] = mapped_column(default=0)
    filed: Mapped[int] = mapped_column(default=0)
    warned: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BulkRow(Base):
    """Row of a bulk filing (一括申請の行): one filing, its verdict, and the case it has become.

    `number` counts from 1; `line` is where it stood in the file. `key`: the sender's reference.
    `client`: for whom, as it was written; `organisation_id`: who that is, once judged. `entered`
    and `files` ({place: names or ids}) are kept until it is filed; `attached` holds the stored
    files. `faults`: [{pointer, code, message, severity}]. `content_hash` tells the same content
    again; `occurrence` how many rows above had it too, under the same reference. `case_id`: also of the earlier filing when
    it was filed already.
    """

    __tablename__ = "bulk_row"
    __table_args__ = (
        Index("ix_bulk_row_state", "bulk_id", "state", "number"),
        Index("ix_bulk_row_content", "content_hash"),
        Index(
            "ix_bulk_row_case",
            "case_id",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    bulk_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    key: Mapped[str] = mapped_column(String(200), default="")
    client: Mapped[str] = mapped_column(String(60), default="")
    hidden: Mapped[bool] = mapped_column(default=False)
    organisation_id: Mapped[str | None] = mapped_column(String(26))
    organisation_name: Mapped[str] = mapped_column(String(300), default="")
    entered: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    files: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)
    attached: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    warned: Mapped[bool] = mapped_column(default=False)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    fees: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    fee_total: Mapped[int] = mapped_column(BigInteger, default=0)
    content_hash: Mapped[str | None] = mapped_column(String(80))
    occurrence: Mapped[int] = mapped_column(default=0)
    case_id: Mapped[str | None] = mapped_column(String(26))
    arrival_number: Mapped[str | None] = mapped_column(String(40))
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
