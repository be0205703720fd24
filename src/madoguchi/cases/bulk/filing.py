"""Filing the good rows by jobs (一括の提出): each row once, whatever dies or is pressed twice.

A row's case and the row's own mark stand in one transaction: what is marked is filed, what is not
is not. Rows are filed a few to a transaction, so that others get their turn in between.
"""

import asyncio
import logging
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.checking import count_rows
from madoguchi.cases.bulk.earlier import Earlier, filed_before, one_at_a_time
from madoguchi.cases.bulk.entries import folded
from madoguchi.cases.bulk.judging import FAULTS_KEPT, draft_of
from madoguchi.cases.bulk.models import (
    ALREADY,
    DONE,
    FAULTY,
    FILED,
    FILING,
    GOOD,
    STOPPED,
    BulkFiling,
    BulkRow,
)
from madoguchi.cases.bulk.parties import Parties
from madoguchi.cases.filing.arrival_rows import (
    MOST_ROWS,
    Arrived,
    Rows,
    arrive_plainly,
    keep,
    plain_arrival,
    table_rows,
)
from madoguchi.cases.filing.evaluating import Judged, verdict
from madoguchi.cases.filing.submit import NotReady, file_draft
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Fault, ProcedureError
from madoguchi.webhooks.events import anybody_listens

FILE_JOB = "cases.bulk.file"
CHUNK_SECONDS = 15.0  # then other long work has its turn
AT_ONCE, TURN_SECONDS = 50, 0.25  # of one transaction: others wait no longer to write
JUDGED_AT_ONCE = 8  # then others of the process have their turn
_log = logging.getLogger(__name__)

NEW_VERSION: Text = {
    "ja": "点検した後に、この手続は新しい版になりました。残りの行を新しい版でもう一度点検してください。",
    "en": "The procedure has a new version since the rows were checked. "
    "Check the remaining rows again under the new version.",
}
_OURS: Text = {
    "ja": "システムの不具合のため提出できませんでした。窓口に連絡してください。ほかの行には影響ありません。",
    "en": "A fault of the service kept this row from being filed. Please contact the help desk. "
    "Other rows are not affected.",
}


async def file_rows(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """File good rows for a while; then let the next job go on, or say that all are filed."""
    until = time.monotonic() + CHUNK_SECONDS
    while time.monotonic() < until:
        if not await _file_some(payload, context):
            return
    left = {**payload, "part": payload.get("part", 0) + 1}
    key = f"{payload['bulk']}:{payload['run']}:{left['part']}"
    await enqueue(session, FILE_JOB, left, key=key)


async def _file_some(payload: dict[str, Any], context: JobContext) -> bool:
    """One transaction; False when nothing is left or the work was stopped."""
    async with context.database.session() as session:
        bulk: BulkFiling | None = await session.get(
            BulkFiling, payload["bulk"], with_for_update=True
        )
        if bulk is None or bulk.state != FILING or bulk.run != payload["run"]:
            return False
        now = context.clock()
        bulk.updated_at = now
        try:
            package = await procedures.current(session, bulk.procedure_id, jst_date(now))
        except ProcedureError as fault:
            return await _stop(session, bulk, fault.message)
        if package.digest != bulk.digest:
            return await _stop(session, bulk, NEW_VERSION)
        rows = list(
            await session.scalars(
                select(BulkRow)
                .where(BulkRow.bulk_id == bulk.id, BulkRow.state == GOOD)
                .order_by(BulkRow.number)
                .limit(AT_ONCE)
            )
        )
        if not rows:
            await _finish(session, bulk, context)
            return False
        counts = await _file_group(session, rows, Parties(bulk, package, now), context)
        bulk.done += counts.total()
        bulk.good -= counts.total()
        bulk.filed += counts[FILED]
        bulk.faulty += counts[FAULTY]
        bulk.already += counts[ALREADY]
        await session.commit()
    return True


async def _file_group(
    session: AsyncSession, rows: list[BulkRow], parties: Parties, context: JobContext
) -> Counter[str]:
    """File rows for a turn; how many have which state then.

    Plain ones are made into cases one after the other and written together at the end.
    """
    started, contents = time.monotonic(), {row.content_hash or "" for row in rows}
    await one_at_a_time(session, contents)
    filed = await filed_before(session, contents)
    heard = await anybody_listens(session)
    arrivals: list[Rows] = []
    counts: Counter[str] = Counter()
    for row in rows:
        earlier = filed.get(row.content_hash or "", {}).get((folded(row.key), row.occurrence))
        if earlier is not None:
            _filed(row, ALREADY, earlier)
        else:
            arrivals += await _file_row(session, row, parties, context, heard)
        counts[row.state] += 1
        if time.monotonic() - started > TURN_SECONDS:
            break
        if counts.total() % JUDGED_AT_ONCE == 0:
            await asyncio.sleep(0)
    await keep(session, arrivals)
    return counts


async def _file_row(
    session: AsyncSession, row: BulkRow, parties: Parties, context: JobContext, heard: bool
) -> list[Rows]:
    """File one row; what is still to be kept of it. What keeps it from being filed is kept with it."""
    actor = await parties.actor(session, row.client)
    if isinstance(actor, Fault):
        _faulty(row, [actor])
        return []
    arrived = await _arrived(session, row, parties, context, actor, heard)
    if arrived is not None:
        _filed(row, FILED, _place(arrived.case))
        return [arrived.rows]
    await _file_alone(session, row, parties, context, actor)
    return []


async def _arrived(
    session: AsyncSession,
    row: BulkRow,
    parties: Parties,
    context: JobContext,
    actor: Actor,
    heard: bool,
) -> Arrived | None:
    """The row as a plain arrival, None when it goes the ordinary way."""
    assert context.blobs is not None  # noqa: S101 - the worker of the application has blobs
    package = parties.package
    if not plain_arrival(package) or table_rows(row.entered) > MOST_ROWS:
        return None
    environment = replace(await parties.environment(session, actor), asked=set())
    applicant = await parties.applicant(session, actor)
    way = await parties.way(session, actor, heard)
    try:
        entered = await parties.entered(session, actor, row.entered)
        draft = draft_of(package, actor, entered, row.attached, parties.now)
        found = verdict(package, draft.entered, draft.attached, environment)
        judged = Judged(package, environment, found)
        kept = context.blobs.exists
        return arrive_plainly(draft, judged, applicant, actor, parties.now, way, kept)
    except Exception:
        return None


async def _file_alone(
    session: AsyncSession, row: BulkRow, parties: Parties, context: JobContext, actor: Actor
) -> None:
    """File a row with everything it looks up and causes, by a transaction within this one."""
    faults: list[Fault] = []
    case: Case | None = None
    try:
        async with session.begin_nested():
            case = await _file(session, row, parties, context, actor)
            case.channel = parties.bulk.channel
    except NotReady as fault:
        faults = list(fault.judged.evaluation.faults)
    except DomainError as fault:
        if fault.status >= 500:
            raise
        faults = [Fault("", fault.code, fault.message)]
    except SQLAlchemyError:
        raise
    except Exception:
        _log.exception("row %d of bulk filing %s could not be filed", row.number, row.bulk_id)
        faults = [Fault("", "fault-of-ours", _OURS)]
    if case is None or faults:
        await session.refresh(row)
        _faulty(row, faults)
        return
    _filed(row, FILED, _place(case))


async def _file(
    session: AsyncSession, row: BulkRow, parties: Parties, context: JobContext, actor: Actor
) -> Case:
    assert context.blobs is not None  # noqa: S101 - the worker of the application has blobs
    package = parties.package
    entered = await parties.entered(session, actor, row.entered)
    draft = draft_of(package, actor, entered, row.attached, parties.now)
    session.add(draft)
    await session.flush()
    return await file_draft(session, context.blobs, actor, context.clock, draft.id)


def _place(case: Case) -> Earlier:
    return Earlier(case.id, case.arrival_number, case.arrived_at)


def _filed(row: BulkRow, state: str, case: Earlier) -> None:
    """The row keeps only where it went, as a filed draft does."""
    row.state, row.case_id = state, case.case_id
    row.arrival_number, row.arrived_at = case.arrival_number, case.arrived_at
    row.entered, row.files, row.attached = {}, {}, {}


def _faulty(row: BulkRow, faults: list[Fault]) -> None:
    row.state, row.content_hash, row.occurrence = FAULTY, None, 0
    row.faults = [
        {
            "pointer": fault.pointer,
            "code": fault.code,
            "message": dict(fault.message),
            "severity": fault.severity,
        }
        for fault in faults[:FAULTS_KEPT]
    ]


async def _stop(session: AsyncSession, bulk: BulkFiling, why: Any) -> bool:
    bulk.state, bulk.problem = STOPPED, dict(why)
    await session.commit()
    return False


async def _finish(session: AsyncSession, bulk: BulkFiling, context: JobContext) -> None:
    bulk.state = DONE
    await journal.append(
        session,
        subject=f"bulk:{bulk.id}",
        action="bulk_filed",
        actor=bulk.person_id,
        on_behalf_of=bulk.organisation_id,
        at=context.clock(),
        payload={"filed": await count_rows(session, bulk.id, FILED), "total": bulk.total},
    )
    await session.commit()
