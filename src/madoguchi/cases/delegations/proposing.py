"""Proposing a mandate, one step a page: offering, asking, passing on, renewing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.delegations import steps
from madoguchi.cases.delegations.showing import acts, page, said, titles
from madoguchi.cases.delegations.steps import Answers
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.interrupted import typed_again
from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.delegation import ending, listing, offering
from madoguchi.identity.delegation.ending import Seen
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Agent
from madoguchi.identity.delegation.parties import Party, party_of
from madoguchi.identity.delegation.telling import agent_name
from madoguchi.identity.errors import not_allowed
from madoguchi.identity.service import Actor, IdentityError, required_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text, pick
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
LARGEST_FORM = 200_000
SHOWN = 30  # procedures on a page of the search
CHOSEN_GROUP: Text = {"ja": "選んだ手続", "en": "Chosen"}
OTHER_GROUP: Text = {"ja": "その他", "en": "Others"}


@router.get("/delegations/new")
async def new_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """The first step: `kind` offer or ask; `source` to pass one on, `renews` to go on with one."""
    state, query = request.app.state, request.query_params
    typed = typed_again(request, request.url.path)
    if typed is not None:
        at = typed.value("at")
        return await _step(
            request, actor, steps.answers_of(typed), at if at in steps.STEPS else steps.AGENT
        )
    kind = query.get("kind", steps.OFFER)
    answers = Answers(kind=kind if kind in (steps.OFFER, steps.ASK) else steps.OFFER)
    step = steps.AGENT
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        if query.get("source"):
            seen = await ending.mandate_seen(session, party, query["source"], now)
            answers = _passing_on(seen)
        elif query.get("renews"):
            seen = await ending.mandate_seen(session, party, query["renews"], now)
            answers, step = await _renewing(session, party, seen, jst_date(now)), steps.CHECK
        _may_propose(party, answers)
    return await _step(request, actor, answers, step)


@router.post("/delegations/new")
async def new_post(request: Request, actor: Sure) -> Response:
    """The answer to a step; the last one proposes the mandate."""
    async with form_of(request, LARGEST_FORM) as form:
        answers, at, go = steps.answers_of(form), form.value("at"), form.value("go")
        words = form.value("q")[:100]
    at = at if at in steps.STEPS else steps.AGENT
    if go in steps.STEPS:  # to search within a step, or to change one from the last page
        return await _step(request, actor, answers, go, words=words)
    if at == steps.AGENT and not answers.renews:
        try:
            await offering.may_look_up(means_of(request), actor)
        except IdentityError as fault:
            return await _refused(request, actor, answers, at, fault)
    faults = await _faults(request, actor, answers, at)
    if faults:
        return await _step(request, actor, answers, at, faults)
    if at != steps.CHECK:
        following = steps.following(at, answers)
        if following == steps.CHECK:
            answers = steps.completed(answers)
        return await _step(request, actor, answers, following)
    means = means_of(request)
    terms, _ = steps.terms_of(answers)
    try:
        async with means.database.session() as session:
            party = await party_of(session, actor)
            if answers.kind == steps.ASK:
                principal = await _principal(session, party, answers)
                made = await offering.ask(session, means, party, principal, terms)
            else:
                agent = await _agent(session, party, answers, means.now)
                made = (
                    await offering.pass_on(session, means, party, answers.source, agent, terms)
                    if answers.kind == steps.PASS_ON
                    else await offering.offer(session, means, party, agent, terms)
                )
            await session.commit()
    except IdentityError as fault:
        return await _refused(request, actor, answers, steps.CHECK, fault)
    flash(request, said(request, f"delegations.done.{answers.kind}"))
    return RedirectResponse(f"/delegations/{made.id}", 303)


def _passing_on(seen: Seen) -> Answers:
    mandate = seen.mandate
    return Answers(
        kind=steps.PASS_ON,
        source=mandate.id,
        scope="some" if mandate.procedures else "",
        powers=tuple(mandate.powers),
        valid_to=mandate.valid_to.isoformat() if mandate.valid_to else "",
    )


async def _renewing(session: AsyncSession, party: Party, seen: Seen, today: Any) -> Answers:
    (line,) = await listing.named(session, party, [seen.mandate], seen.mandate.created_at)
    return steps.renewal_of(seen.mandate, line.agent, steps.OFFER, today)


def _may_propose(party: Party, answers: Answers) -> None:
    """IdentityError 403 for who may not propose this, before they answer a single step."""
    if answers.kind == steps.OFFER and not party.manages:
        raise not_allowed()
    if answers.kind == steps.ASK and party.organisation is not None and not party.manages:
        raise not_allowed()


async def _agent(session: AsyncSession, party: Party, answers: Answers, now: Any) -> Agent:
    """To whom: who was typed, or the agent of the mandate to be renewed."""
    if not answers.renews:
        return await offering.agent_typed(session, answers.agent)
    old = (await ending.mandate_seen(session, party, answers.renews, now)).mandate
    address = None if old.agent_person_id or old.agent_organisation_id else old.agent_address
    return Agent(old.agent_organisation_id, old.agent_person_id, address)


async def _principal(session: AsyncSession, party: Party, answers: Answers) -> str:
    found = await offering.organisation_typed(session, answers.agent)
    if found == party.organisation:
        raise refused("agent_is_principal")
    return found


async def _faults(request: Request, actor: Actor, answers: Answers, at: str) -> dict[str, Any]:
    """What is wrong with the answers up to a step, by control."""
    state = request.app.state
    terms, faults = steps.terms_of(answers)
    found: dict[str, Any] = {
        place: key for place, key in faults.items() if at in (steps.step_of(place), steps.CHECK)
    }
    try:
        async with state.database.reading() as session:
            party = await party_of(session, actor)
            _may_propose(party, answers)
            if at == steps.AGENT and answers.kind == steps.ASK:
                await _principal(session, party, answers)
            elif at == steps.AGENT:
                agent = await _agent(session, party, answers, state.clock())
                if agent.organisation is not None and agent.organisation == party.organisation:
                    raise refused("agent_is_principal")
        if at == steps.PERIOD and not found:
            offering.checked(replace(terms, procedures=()), state.clock())
    except IdentityError as fault:
        if fault.status != 422:
            raise
        found |= dict.fromkeys(fault.pointers[:1], fault.message)
    return found


async def _refused(
    request: Request, actor: Actor, answers: Answers, at: str, fault: IdentityError
) -> HTMLResponse:
    if fault.status not in (422, 429):
        raise fault
    place = fault.pointers[0] if fault.pointers else "/agent"
    step = steps.step_of(place) if fault.pointers else at
    return await _step(request, actor, answers, step, {place: fault.message})


async def _step(
    request: Request,
    actor: Actor,
    answers: Answers,
    step: str,
    faults: Mapping[str, Any] | None = None,
    *,
    words: str = "",
) -> HTMLResponse:
    state = request.app.state
    language = request.state.language
    async with state.database.reading() as session:
        today = jst_date(state.clock())
        names, laws = await titles(session, today), await acts(session, today)
        source = None
        if answers.source:
            party = await party_of(session, actor)
            seen = await ending.mandate_seen(session, party, answers.source, state.clock())
            source = seen.mandate
            if source.procedures:
                names = {id: names.get(id, {"ja": id, "en": id}) for id in source.procedures}
        other = await _other_side(session, answers) if step == steps.CHECK else answers.agent
    known = replace(answers, procedures=tuple(p for p in answers.procedures if p in names))
    listed = sorted(names.items(), key=lambda pair: pick(pair[1], language))
    matching = [pair for pair in listed if words.casefold() in pick(pair[1], language).casefold()]
    ticked = set(known.procedures)
    shown = [p for p in matching if p[0] in ticked] + [p for p in matching if p[0] not in ticked]
    shown = shown[: max(SHOWN, len(ticked & {p[0] for p in matching}))]
    unseen = [p for p in known.procedures if p not in {id for id, _ in shown}]
    return page(
        request,
        "step.html",
        faults,
        answers=known,
        step=step,
        number=steps.STEPS.index(step) + 1,
        steps=len(steps.STEPS),
        hidden=known.hidden(step),
        unseen=unseen,
        groups=_groups(shown, ticked, laws, language),
        more=len(matching) - len(shown),
        words=words,
        names=[names[p] for p in known.procedures],
        source=source,
        other=other,
    )


def _groups(
    shown: Sequence[tuple[str, Text]], ticked: set[str], laws: Mapping[str, str], language: str
) -> list[dict[str, Any]]:
    """What was chosen first, then the others by the act they stand on."""
    chosen = [pair for pair in shown if pair[0] in ticked]
    found: dict[str, list[tuple[str, Text]]] = {}
    for id, title in shown:
        if id not in ticked:
            found.setdefault(laws.get(id, ""), []).append((id, title))
    groups: list[dict[str, Any]] = [
        {"title": {"ja": act, "en": act} if act else OTHER_GROUP, "options": options}
        for act, options in sorted(found.items(), key=lambda pair: (not pair[0], pair[0]))
    ]
    return ([{"title": CHOSEN_GROUP, "options": chosen}] if chosen else []) + groups


async def _other_side(session: AsyncSession, answers: Answers) -> str:
    """Who was typed, by name where it is an organisation: whoever mistyped sees it."""
    if answers.renews:
        return answers.agent
    try:
        agent = await offering.agent_typed(session, answers.agent)
    except IdentityError:
        return answers.agent
    if agent.organisation is None:
        return agent.address or answers.agent
    mandate = Mandate(agent_organisation_id=agent.organisation)
    return await agent_name(session, mandate)
