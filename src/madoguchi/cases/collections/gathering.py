"""What goes into a collection, and what is missing (対象と不足): read for one agency and those below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.pools import standing
from madoguchi.cases.crosscase.previous import ACCEPTED
from madoguchi.cases.errors import case_error
from madoguchi.cases.models import Case
from madoguchi.cases.obligations.models import OPEN, Obligation
from madoguchi.identity.service import covers, shipped_agencies
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.collecting import (
    Contradiction,
    Row,
    as_json,
    contradictions,
    filing_of,
    lines_of,
    problems,
    rows_of,
)
from madoguchi.procedures.service import Collection

MOST_FILINGS, MOST_LINES, PART = 20_000, 100_000, 500
LISTED = 100


@dataclass(frozen=True)
class Gathered:
    """A collection as it would be frozen now; `rows` and `lines` are plain JSON.

    `pending`: filings not decided yet; `duties`: open duties of the period (the first LISTED of
    `duties_open`). `content_hash` names all that goes in.
    """

    rows: list[Row]
    lines: list[Row]
    filings: list[list[str]]
    contradictions: list[Contradiction]
    problems: list[Text]
    pending: Sequence[Case]
    pending_count: int
    duties: Sequence[Obligation]
    duties_open: int
    content_hash: str

    @property
    def missing(self) -> dict[str, int]:
        """What an edition keeps of what was missing."""
        return {
            "duties": self.duties_open,
            "pending": self.pending_count,
            "contradictions": len(self.contradictions),
        }


async def gather(
    session: AsyncSession, collection: Collection, period: str, today: date
) -> Gathered:
    """Everything about a collection and a period. CaseError 422 when it is too large."""
    below = agencies_of(collection)
    about = _about(collection, period, below)
    query = select(Case).join(FilingKey, FilingKey.case_id == Case.id).where(*about)
    accepted = query.where(Case.outcome.in_(ACCEPTED)).order_by(Case.arrived_at, Case.id)
    lines: list[Row] = []
    filings: list[list[str]] = []
    found = await session.stream_scalars(accepted.execution_options(yield_per=PART))
    async for cases in found.partitions(PART):
        taken = []
        for case in cases:
            package = await procedures.package(session, case.digest)
            taken.append(filing_of(package.fields, case.data, _told(case, period)))
            filings.append([case.arrival_number, case.content_hash])
            session.expunge(case)
        lines += lines_of(collection, taken, today)
        if len(filings) > MOST_FILINGS or len(lines) > MOST_LINES:
            raise case_error(
                "collection-too-large",
                422,
                "取りまとめは届出{filings}件・{lines}行までです。",
                "A collection may hold {filings} filings and {lines} lines at most.",
                {"filings": MOST_FILINGS, "lines": MOST_LINES},
            )
    rows = rows_of(collection, lines, today)
    wrong = problems(collection, rows)
    against = contradictions(collection, lines, rows, today)
    plain_rows, plain_lines = as_json(rows), as_json(lines)
    waiting = query.where(Case.outcome.is_(None)).order_by(Case.arrived_at, Case.id)
    duties = (
        Obligation.procedure_id.in_(sorted(collection.procedures)),
        Obligation.period == period,
        Obligation.state == OPEN,
        Obligation.agency_id.in_(below),
    )
    owed = select(Obligation).where(*duties).order_by(Obligation.due_on, Obligation.id)
    return Gathered(
        rows=plain_rows,
        lines=plain_lines,
        filings=filings,
        contradictions=against,
        problems=wrong,
        pending=list(await session.scalars(waiting.limit(LISTED))),
        pending_count=await _count(session, *about, Case.outcome.is_(None)),
        duties=list(await session.scalars(owed.limit(LISTED))),
        duties_open=await session.scalar(select(func.count(Obligation.id)).where(*duties)) or 0,
        content_hash=digest({"rows": plain_rows, "lines": plain_lines, "filings": filings}),
    )


async def periods_told(session: AsyncSession, collection: Collection) -> list[tuple[str, int]]:
    """The periods filings are about, the latest first: (key, how many filings)."""
    query = (
        select(FilingKey.period, func.count())
        .join(Case, Case.id == FilingKey.case_id)
        .where(
            FilingKey.procedure_id.in_(sorted(collection.procedures)),
            FilingKey.period != "",
            Case.agency_id.in_(agencies_of(collection)),
            standing(),
        )
        .group_by(FilingKey.period)
        .order_by(FilingKey.period.desc())
        .limit(LISTED)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


def agencies_of(collection: Collection) -> list[str]:
    """The agency that collects and those below it: whose cases go in."""
    agency = collection.spec.agency
    return sorted({agency, *(id for id in shipped_agencies() if covers(agency, id))})


def _about(
    collection: Collection, period: str, agencies: Sequence[str]
) -> list[ColumnElement[bool]]:
    return [
        FilingKey.procedure_id.in_(sorted(collection.procedures)),
        FilingKey.period == period,
        Case.agency_id.in_(agencies),
    ]


async def _count(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(FilingKey).join(Case, Case.id == FilingKey.case_id)
    return await session.scalar(query.where(*conditions)) or 0


def _told(case: Case, period: str) -> Mapping[str, Any]:
    """What rules know as `filing`."""
    return {
        "procedure": case.procedure_id,
        "arrival_number": case.arrival_number,
        "arrived_on": jst_date(case.arrived_at),
        "organisation": case.organisation_name or case.filer_name,
        "corporate_number": case.applicant.get("number"),
        "agency": case.agency_id,
        "period": period,
    }
