"""Taking in a bulk filing, filing what is good, stopping, checking again (一括申請の受付)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import organisations
from madoguchi.cases.bulk.checking import READ_JOB, add_rows, begin_checking
from madoguchi.cases.bulk.entries import MOST_FILINGS, Entry
from madoguchi.cases.bulk.filing import FILE_JOB, NEW_VERSION
from madoguchi.cases.bulk.models import (
    CANCELLED,
    CHECKED,
    CHECKING,
    FAULTY,
    FILING,
    GOOD,
    READING,
    STOPPED,
    WAITING,
    BulkFiling,
    BulkRow,
)
from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.cases.filing.drafts import party_for
from madoguchi.documents.service import StoredFile
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

FORGET_JOB = "cases.bulk.forget"
KEPT = timedelta(days=30)  # answers of rows that were not filed
LISTED = 20
UNDER_WAY = (READING, CHECKING, FILING)
MOST_UNDER_WAY = 3  # of one person: further ones wait until these are through
STALLED = timedelta(minutes=5)  # without a sign of life: the work may be begun anew


async def package_for(
    session: AsyncSession, actor: Actor, procedure_id: str, clock: Clock
) -> Package:
    """The version in force, for somebody who may file it, if only for clients.

    ProcedureError 404, CaseError 403.
    """
    package = await procedures.current(session, procedure_id, jst_date(clock()))
    try:
        party_for(package, actor)
    except CaseError:
        if package.spec.who in ("person", "official") or not actor.mandates:
            raise
    return package


async def receive_file(
    session: AsyncSession,
    actor: Actor,
    package: Package,
    stored: StoredFile,
    language: str,
    clock: Clock,
    channel: str = "web",
) -> BulkFiling:
    """Take in an uploaded file that `documents` has kept; a job reads it. The caller commits.

    CaseError 429 while the actor has too many under way.
    """
    bulk = await _new(session, actor, package, language, clock, channel)
    bulk.name, bulk.document_id, bulk.state = stored.name, stored.id, READING
    await session.flush()
    await enqueue(session, READ_JOB, {"bulk": bulk.id}, key=bulk.id)
    return bulk


async def receive_entries(
    session: AsyncSession,
    actor: Actor,
    package: Package,
    entries: Sequence[Entry],
    language: str,
    clock: Clock,
) -> BulkFiling:
    """Take in filings sent by a program; a job checks them. The caller commits.

    CaseError 422 (none, too many, a reference twice), 429.
    """
    if not entries or len(entries) > MOST_FILINGS:
        raise case_error(
            "wrong_number_of_filings",
            422,
            "1回に送れるのは1~{limit}件です。",
            "Send 1 to {limit} filings at a time.",
            {"limit": f"{MOST_FILINGS:,}"},
        )
    bulk = await _new(session, actor, package, language, clock, "api")
    bulk.total = len(entries)
    await session.flush()
    await add_rows(session, bulk.id, entries)
    await begin_checking(session, bulk, clock())
    return bulk


async def start_filing(
    session: AsyncSession, actor: Actor, bulk_id: str, run: int, clock: Clock
) -> BulkFiling:
    """File the good rows by a job. Asked twice, it is done once. The caller commits.

    `run` is that of the verdict the actor saw. CaseError 404; 409 when it is not checked, nothing
    is good, the rows were checked again meanwhile, or the procedure has a new version.
    """
    _not_confined(actor)
    bulk = await bulk_for(session, actor, bulk_id, lock=True)
    now = clock()
    if bulk.state == FILING and not stalled(bulk, now):
        return bulk
    if bulk.state not in (CHECKED, STOPPED, FILING):
        raise _not_now()
    if bulk.run != run:
        raise case_error(
            "checked_again",
            409,
            "点検の結果が新しくなっています。もう一度確かめてから提出してください。",
            "The rows were checked again meanwhile. Look at the result before you file.",
        )
    if not bulk.good:
        raise case_error(
            "nothing_to_file",
            409,
            "提出できる行がありません。直すところを直して、もう一度アップロードしてください。",
            "No row can be filed. Put the rows right and upload them again.",
        )
    package = await procedures.current(session, bulk.procedure_id, jst_date(now))
    if package.digest != bulk.digest:
        raise case_error("other_version", 409, NEW_VERSION["ja"], NEW_VERSION["en"])
    bulk.shown = _shown(actor, bulk)
    bulk.state, bulk.problem, bulk.done, bulk.updated_at = FILING, None, 0, now
    bulk.run += 1
    await _journal(session, bulk, "bulk_filing_asked", actor, now, rows=bulk.good)
    await enqueue(
        session, FILE_JOB, {"bulk": bulk.id, "run": bulk.run}, key=f"{bulk.id}:{bulk.run}"
    )
    return bulk


async def stop(session: AsyncSession, actor: Actor, bulk_id: str, clock: Clock) -> BulkFiling:
    """Stop what goes on; what is filed stays filed, the rest can be filed later. CaseError 404."""
    bulk = await bulk_for(session, actor, bulk_id, lock=True)
    now = clock()
    if bulk.state == FILING:
        bulk.state = STOPPED
    elif bulk.state in (READING, CHECKING):
        bulk.state = CANCELLED
    else:
        return bulk
    bulk.run += 1
    bulk.updated_at = now
    await _journal(session, bulk, "bulk_stopped", actor, now, filed=bulk.filed)
    return bulk


async def check_again(
    session: AsyncSession, actor: Actor, bulk_id: str, clock: Clock
) -> BulkFiling:
    """Judge every row that is not filed once more, by the version in force now. CaseError 404, 409."""
    _not_confined(actor)
    bulk = await bulk_for(session, actor, bulk_id, lock=True)
    now = clock()
    if bulk.state == CHECKING and not stalled(bulk, now):
        return bulk
    if bulk.state not in (CHECKED, STOPPED, CHECKING):
        raise _not_now()
    package = await procedures.current(session, bulk.procedure_id, jst_date(now))
    bulk.shown = _shown(actor, bulk)
    bulk.digest, bulk.run = package.digest, bulk.run + 1
    bulk.good = bulk.faulty = bulk.warned = 0
    bulk.fees = []
    await session.execute(
        update(BulkRow)
        .where(BulkRow.bulk_id == bulk.id, BulkRow.state.in_((GOOD, FAULTY)))
        .values(state=WAITING, content_hash=None, occurrence=0, faults=[], warned=False)
    )
    await begin_checking(session, bulk, now)
    waiting = select(func.count()).where(BulkRow.bulk_id == bulk.id, BulkRow.state == WAITING)
    bulk.done = bulk.total - int(await session.scalar(waiting) or 0)
    return bulk


async def bulk_for(
    session: AsyncSession, actor: Actor, bulk_id: str, *, lock: bool = False
) -> BulkFiling:
    """A bulk filing of the actor's own. CaseError 404."""
    found = None
    if is_id(bulk_id):
        query = select(BulkFiling).where(BulkFiling.id == bulk_id)
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = await session.scalar(query)
    if (
        found is None
        or found.person_id != actor.id
        or (found.organisation_id is not None and found.organisation_id not in organisations(actor))
    ):
        raise not_found()
    return found


async def bulks_of(session: AsyncSession, actor: Actor) -> list[BulkFiling]:
    """The actor's latest bulk filings, newest first."""
    query = select(BulkFiling).where(BulkFiling.person_id == actor.id)
    found = await session.scalars(query.order_by(BulkFiling.id.desc()).limit(LISTED))
    own = organisations(actor)
    return [item for item in found if item.organisation_id is None or item.organisation_id in own]


def stalled(bulk: BulkFiling, now: datetime) -> bool:
    """Whether work that goes on has given no sign of life for a while."""
    return bulk.state in UNDER_WAY and now - bulk.updated_at > STALLED


async def _new(
    session: AsyncSession,
    actor: Actor,
    package: Package,
    language: str,
    clock: Clock,
    channel: str,
) -> BulkFiling:
    now = clock()
    _not_confined(actor)
    under_way = await session.scalar(
        select(func.count()).where(
            BulkFiling.person_id == actor.id,
            BulkFiling.state.in_(UNDER_WAY),
            BulkFiling.updated_at > now - STALLED,
        )
    )
    if int(under_way or 0) >= MOST_UNDER_WAY:
        raise case_error(
            "too_many_under_way",
            429,
            "点検中・提出中の一括申請が{most}件あります。終わってからもう一度送ってください。",
            "{most} bulk filings are being checked or filed. Send the next when one is through.",
            {"most": MOST_UNDER_WAY},
        )
    bulk = BulkFiling(
        id=new_id(),
        person_id=actor.id,
        organisation_id=actor.organisation,
        language=language,
        channel=channel,
        procedure_id=package.id,
        digest=package.digest,
        title=dict(package.title),
        state=CHECKING,
        created_at=now,
        updated_at=now,
        expires_at=now + KEPT,
    )
    bulk.shown = _shown(actor, bulk)
    session.add(bulk)
    await session.flush()
    await _journal(session, bulk, "bulk_received", actor, now, procedure=package.id)
    await enqueue(session, FORGET_JOB, {"bulk": bulk.id}, key=bulk.id, run_at=bulk.expires_at)
    return bulk


def _shown(actor: Actor, bulk: BulkFiling) -> dict[str, Any]:
    """What whoever sets a bulk filing going shows: for the organisation it was sent for."""
    organisation = bulk.organisation_id
    through = organisation if actor.token is None else actor.shown.through
    return replace(actor.shown, acting_for=organisation, through=through).as_json()


def _not_confined(actor: Actor) -> None:
    if actor.confined:
        raise case_error(
            "needs_second_factor",
            403,
            "組織のために手続をする人は、先にパスキーか認証アプリを登録してください。",
            "Who acts for an organisation first adds a passkey or an authenticator app.",
        )


def _not_now() -> CaseError:
    return case_error(
        "not_checked",
        409,
        "まだ点検が終わっていないか、すでに終わった一括申請です。いまの状態を確かめてください。",
        "This bulk filing is not checked yet, or is over. See how far it is.",
    )


async def _journal(
    session: AsyncSession,
    bulk: BulkFiling,
    action: str,
    actor: Actor,
    at: datetime,
    **payload: object,
) -> None:
    await journal.append(
        session,
        subject=f"bulk:{bulk.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=bulk.organisation_id,
        at=at,
        payload={"digest": bulk.digest, **payload},
    )
