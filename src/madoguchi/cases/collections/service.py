"""Who may collect, freezing an edition, handing out its file (取りまとめ・版の確定・受渡し)."""

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.collections.gathering import Gathered, gather
from madoguchi.cases.collections.models import DONE, CollectionEdition
from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.procedures import service as procedures
from madoguchi.procedures.collecting import Change, changes
from madoguchi.procedures.collection_files import MEDIA, file_name
from madoguchi.procedures.periods import read_period
from madoguchi.procedures.service import Collection, Package

MAKE_JOB = "cases.collection_file"
LONGEST_REASON = 2_000


def may_collect(actor: Actor, collection: Collection) -> bool:
    """Whether an official has one of the roles at the agency that collects."""
    held = roles_at(actor, collection.spec.agency) if actor.kind == "official" else frozenset()
    return bool(held & set(collection.spec.roles))


async def offered(
    session: AsyncSession, actor: Actor, today: date
) -> list[tuple[Package, Collection]]:
    """The collections of the packages in force that this official may make."""
    return [
        (package, collection)
        for package in await procedures.all_current(session, today)
        for collection in package.collections.values()
        if may_collect(actor, collection)
    ]


async def collection_for(
    session: AsyncSession, actor: Actor, procedure_id: str, name: str, today: date
) -> tuple[Package, Collection]:
    """A collection of the package in force, for whoever may make it; CaseError 404 for others."""
    try:
        package = await procedures.current(session, procedure_id, today)
    except procedures.ProcedureError:
        raise not_found() from None
    collection = package.collections.get(name)
    if collection is None or not may_collect(actor, collection):
        raise not_found()
    return package, collection


def period_for(collection: Collection, key: str) -> str:
    """A period's key, when it is one of the collection's kind; CaseError 404 otherwise."""
    if read_period(collection.spec.period, key) is None:
        raise not_found()
    return key


async def editions(
    session: AsyncSession, collection: Collection, period: str
) -> list[CollectionEdition]:
    """The editions of a period, the latest first."""
    query = select(CollectionEdition).where(
        CollectionEdition.collection == collection.id, CollectionEdition.period == period
    )
    return list(await session.scalars(query.order_by(CollectionEdition.edition.desc())))


async def freeze(
    session: AsyncSession,
    actor: Actor,
    package: Package,
    collection: Collection,
    period: str,
    seen: str,
    reason: str,
    clock: Clock,
) -> CollectionEdition:
    """Freeze what is gathered as the next edition, and ask for its file. The caller commits.

    `seen`: the content hash of the preview the official looked at. A second click, and a replay,
    find the edition made of the same content. CaseError 409 when the content has changed since,
    422 without a reason where one is needed.
    """
    now = clock()
    found = await gather(session, collection, period, jst_date(now))
    before = await editions(session, collection, period)
    if before and before[0].content_hash == found.content_hash:
        return before[0]
    _check(found, bool(before), seen, reason)
    number = before[0].edition + 1 if before else 1
    edition = CollectionEdition(
        id=new_id(),
        collection=collection.id,
        period=period,
        edition=number,
        digest=package.digest,
        agency_id=collection.spec.agency,
        rows=found.rows,
        lines=found.lines,
        filings=found.filings,
        missing=found.missing,
        content_hash=found.content_hash,
        reason=reason.strip(),
        made_by=actor.id,
        made_name=actor.name,
        made_at=now,
        name=file_name(collection, period, number),
        media_type=MEDIA[collection.spec.file.format],
    )
    session.add(edition)
    try:
        await session.flush()
    except IntegrityError:
        raise _changed() from None
    await _journal(session, edition)
    await enqueue(session, MAKE_JOB, {"edition": edition.id}, key=edition.id, max_attempts=3)
    return edition


async def edition_for(session: AsyncSession, actor: Actor, edition_id: str) -> CollectionEdition:
    """An edition, for officials who may make the collection; CaseError 404 for everyone else."""
    found = await session.get(CollectionEdition, edition_id) if is_id(edition_id) else None
    if found is None or not may_collect(actor, await collection_of(session, found)):
        raise not_found()
    return found


async def collection_of(session: AsyncSession, edition: CollectionEdition) -> Collection:
    """The collection as the version that made the edition has it."""
    package = await procedures.package(session, edition.digest)
    return package.collections[edition.collection.partition("/")[2]]


async def changes_since(session: AsyncSession, edition: CollectionEdition) -> list[Change] | None:
    """What is different from the edition before; None for the first."""
    if edition.edition == 1:
        return None
    query = select(CollectionEdition).where(
        CollectionEdition.collection == edition.collection,
        CollectionEdition.period == edition.period,
        CollectionEdition.edition == edition.edition - 1,
    )
    before = (await session.scalars(query)).one()
    spec = (await collection_of(session, edition)).spec
    return changes(spec.group, before.rows, edition.rows)


async def open_file(
    session: AsyncSession, blobs: BlobStore, actor: Actor, edition_id: str, clock: Clock
) -> tuple[CollectionEdition, Path]:
    """The file of an edition; who took it out is journaled with its hash, the caller commits.

    CaseError 404; 409 while there is no file.
    """
    edition = await edition_for(session, actor, edition_id)
    if edition.state != DONE or edition.sha256 is None:
        raise case_error(
            "collection-not-ready",
            409,
            "このファイルはまだできていません。",
            "This file is not ready.",
        )
    await journal.append(
        session,
        subject=f"collection:{edition.id}",
        action="collection_exported",
        actor=actor.id,
        at=clock(),
        payload={
            "actor_name": actor.name,
            "edition": edition.edition,
            "sha256": edition.sha256,
            "size": edition.size,
        },
    )
    return edition, blobs.path(edition.sha256)


async def taken_out(session: AsyncSession, edition: CollectionEdition) -> list[journal.Entry]:
    """Who took the file, and when."""
    found = await journal.entries(session, f"collection:{edition.id}")
    return [entry for entry in found if entry.action == "collection_exported"]


async def _journal(session: AsyncSession, edition: CollectionEdition) -> None:
    """Who froze what, in the transaction that freezes it."""
    kept = ("collection", "period", "edition", "digest", "content_hash", "missing", "reason")
    await journal.append(
        session,
        subject=f"collection:{edition.id}",
        action="collection_frozen",
        actor=edition.made_by,
        at=edition.made_at,
        payload={
            **{name: getattr(edition, name) for name in kept},
            "filings": len(edition.filings),
        },
    )


def needs_reason(found: Gathered, *, again: bool) -> bool:
    """Whether an official has to say why: something is missing or contradicts, or it is made anew."""
    return again or any(found.missing.values())


def _check(found: Gathered, again: bool, seen: str, reason: str) -> None:
    if seen != found.content_hash:
        raise _changed()
    if len(reason) > LONGEST_REASON or (needs_reason(found, again=again) and not reason.strip()):
        raise case_error(
            "collection-reason",
            422,
            "理由を{most}文字以内で入力してください。",
            "Enter the reason, in at most {most} characters.",
            {"most": LONGEST_REASON},
        )
    if found.problems:
        raise case_error(
            "collection-invalid",
            422,
            "正しくない値があるため、版を確定できません。{first}",
            "It cannot be frozen while a value is not proper. {first}",
            {"first": found.problems[0]},
        )


def _changed() -> CaseError:
    return case_error(
        "collection-changed",
        409,
        "確認の後に内容が変わりました。もう一度内容を確かめてください。",
        "What goes in has changed since you looked. Look at it again.",
    )
