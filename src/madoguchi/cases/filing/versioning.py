"""A draft when its procedure changes (下書きと手続の版): nobody's draft dies of a redesign.

What changes no answer is carried over by itself when the new version comes into force; otherwise
the applicant is shown what is different and moves the draft. Corrections stay in the case's version.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.filing.drafts import not_filed, touch
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.prefilling import begin
from madoguchi.cases.models import Draft
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package
from madoguchi.procedures.versions.carry import carry
from madoguchi.procedures.versions.diff import compare, gravest
from madoguchi.procedures.versions.standing import Standing, standing

SYSTEM = "system"


async def standing_of(
    session: AsyncSession, draft: Draft, judged: Judged, at: datetime
) -> Standing:
    """How the version of a draft stands if it were filed now."""
    if draft.case_id is not None:
        return Standing()
    return await standing(session, judged.package, judged.evaluation.context, jst_date(at))


async def move_draft(session: AsyncSession, actor: Actor, clock: Clock, draft_id: str) -> Draft:
    """Move a draft into the version it belongs to; nothing typed is lost. The caller commits.

    CaseError 404, 409 (filed already). When it is where it belongs, nothing happens.
    """
    draft, at = not_filed(await own_draft(session, actor, draft_id, lock=True)), clock()
    old = await judge(session, draft, at)
    stands = await standing_of(session, draft, old, at)
    other = stands.other
    if other is None:
        return draft
    await _move(session, draft, old.package, other, actor.id, at)
    # A pledge is given to the words one has before them; what is new begins with what is known.
    anew = () if stands.safe else other.fields.values()
    pledges = {field.name for field in anew if field.type == "pledge"}
    first, provenance = begin(other, old.environment, draft.entered)
    new = {n: v for n, v in first.items() if n not in draft.entered and n not in old.package.fields}
    kept = {name: value for name, value in draft.entered.items() if name not in pledges}
    draft.entered = {**kept, **new}
    draft.provenance = {
        **draft.provenance,
        **{pointer: o for pointer, o in provenance.items() if pointer.split("/")[1] in new},
    }
    draft.visited = draft.visited if stands.safe else []
    touch(draft, at)
    await session.flush()
    return draft


async def carry_drafts(
    session: AsyncSession, payload: Mapping[str, Any], context: JobContext
) -> None:
    """The job of a version's first day: drafts for which it changes nothing move by themselves."""
    at = context.clock()
    new = await procedures.current(session, payload["procedure"], jst_date(at))
    safe: dict[str, Package | None] = {new.digest: None}
    drafts = await session.stream_scalars(
        select(Draft)
        .where(
            Draft.procedure_id == new.id,
            Draft.digest != new.digest,
            Draft.filed_at.is_(None),
            Draft.case_id.is_(None),
        )
        .with_for_update()
        .execution_options(yield_per=200)
    )
    async for draft in drafts:
        if draft.digest not in safe:
            old = await procedures.package(session, draft.digest)
            fits = old.governed_by is None and gravest(compare(old, new)) == "safe"
            safe[draft.digest] = old if fits else None
        before = safe[draft.digest]
        if before is not None:
            await _move(session, draft, before, new, SYSTEM, at)


async def _move(
    session: AsyncSession, draft: Draft, old: Package, new: Package, actor: str, at: datetime
) -> None:
    carried = carry(old, new, draft.entered, draft.attached)
    draft.digest, draft.title = (
        new.digest,
        dict(new.title) if not draft.catalogue_id else draft.title,
    )
    draft.entered, draft.attached = carried.entered, carried.attached
    draft.unplaced = [
        *draft.unplaced,
        *({"label": dict(left.label), "value": left.value} for left in carried.unplaced),
    ]
    pages = {page.id for page in new.pages}
    draft.visited = [page for page in draft.visited if page in pages]
    await journal.append(
        session,
        subject=f"draft:{draft.id}",
        action="draft_moved",
        actor=actor,
        on_behalf_of=draft.organisation_id,
        at=at,
        payload={"from": old.digest, "to": new.digest, "unplaced": len(carried.unplaced)},
    )
