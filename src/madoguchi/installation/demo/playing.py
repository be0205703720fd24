"""Playing what people of the demo do, through the same services everyone uses."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases import service as cases
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.installation.demo.paper import sheet
from madoguchi.installation.demo.scenarios import Scenario, Step
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import JST, fixed_clock, jst_date, system_clock
from madoguchi.payments import service as payments
from madoguchi.procedures import service as procedures

Actors = Mapping[str, Actor]
# The applicant's acts that send the filing again; a step's form changes the answers.
SENT_AGAIN = frozenset({"resubmit", "report_details"})


def moment(days_ago: int, hour: int = 10) -> datetime:
    """Some minutes past an hour of a day in the past, Japan time."""
    day = jst_date(system_clock()) - timedelta(days=days_ago)
    return datetime.combine(day, time(hour, (days_ago * 7) % 60), JST)


async def play(session: AsyncSession, blobs: BlobStore, scenario: Scenario, actors: Actors) -> None:
    """One filing of the demo, from its draft to where its steps leave it."""
    actor = actors[scenario.person]
    ago = scenario.days_ago or 0
    clock = fixed_clock(moment(ago))
    day = jst_date(clock())
    draft = await cases.start_draft(
        session, actor, clock, scenario.procedure, catalogue_id=scenario.catalogue_id
    )
    package = await procedures.package(session, draft.digest)
    entered = procedures.sample_filing(package, scenario.changes(day))
    kept = {
        name: value for name, value in draft.entered.items() if value and name in package.fields
    }
    entered = {**entered, **{n: v for n, v in kept.items() if package.fields[n].spec.prefill}}
    if scenario.days_ago is None:
        entered = _unfinished(package, entered, scenario.pages_left)
    cases.write(draft, cases.Content(entered, {}), clock())
    most = 1 if scenario.days_ago is None else None
    attached = await _attach(session, blobs, draft, actor, clock(), most)
    cases.write(draft, cases.Content(entered, attached), clock())
    if scenario.days_ago is None:
        draft.visited = [p.id for p in package.pages[: len(package.pages) - scenario.pages_left]]
        return
    case = await cases.file_draft(session, blobs, actor, clock, draft.id)
    for step in scenario.steps:
        await _act(session, blobs, case.id, step, actors, ago)


def _unfinished(
    package: procedures.Package, entered: dict[str, Any], pages_left: int
) -> dict[str, Any]:
    done = {
        name for page in package.pages[: len(package.pages) - pages_left] for name in page.fields
    }
    return {name: value for name, value in entered.items() if name in done}


async def _attach(
    session: AsyncSession,
    blobs: BlobStore,
    draft: cases.Draft,
    actor: Actor,
    at: datetime,
    most: int | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """A sheet of paper for every attachment these answers require, `most` of them."""
    judged = await cases.judge(session, draft, at)
    attached: dict[str, list[dict[str, Any]]] = {}
    asked = [
        (key, state)
        for key, state in judged.evaluation.attachments.items()
        if state.state == "required" and key not in draft.attached
    ]
    for key, state in asked[:most]:
        spec = judged.package.attachments[key].spec
        stored = await documents.receive(
            session,
            blobs,
            name=f"{state.label['ja'][:40]}.pdf",
            stream=await sheet(state.label["ja"], actor.organisation_name or actor.name),
            spec=documents.Accept(tuple(spec.accept), spec.max_mb),
            at=at,
            owner=documents.Owner(actor.id, actor.organisation),
        )
        attached[key] = [stored.as_json()]
    return attached


async def _act(
    session: AsyncSession, blobs: BlobStore, case_id: str, step: Step, actors: Actors, ago: int
) -> None:
    clock = fixed_clock(moment(max(ago - step.after, 0), 14))
    if step.action == "pay":
        await _pay(session, case_id, clock())
        return
    actor = actors[step.person]
    if step.action in SENT_AGAIN:
        again = await cases.start_correction(session, actor, clock, case_id)
        cases.write(again, cases.Content({**again.entered, **step.form}, again.attached), clock())
        attached = await _attach(session, blobs, again, actor, clock())
        cases.write(again, cases.Content(again.entered, {**again.attached, **attached}), clock())
        await cases.resubmit(session, blobs, actor, clock, again.id)
        return
    await cases.act(session, actor, case_id, step.action, step.form, cases.Seen(), clock)


async def _pay(session: AsyncSession, case_id: str, at: datetime) -> None:
    for request in await payments.payments_of(session, case_id):
        await payments.record_clearing(
            session,
            notice_number=request.notice_number,
            amount=request.amount,
            receipt_number=f"demo-{request.notice_number}",
            paid_at=at,
            at=at,
        )
