"""Pages of delegation: the lists, one mandate, proposing one step by step, ending."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.delegations import steps
from madoguchi.cases.delegations.steps import Answers
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.delegation import ending, listing, offering
from madoguchi.identity.delegation.ending import Seen
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Agent
from madoguchi.identity.delegation.parties import Party, party_of
from madoguchi.identity.delegation.rules import ACCEPTED, POWERS, REMIND_BEFORE, WAITING
from madoguchi.identity.delegation.telling import agent_name
from madoguchi.identity.errors import not_allowed
from madoguchi.identity.service import Actor, IdentityError, required_actor
from madoguchi.identity.service.members import members_of
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
LARGEST_FORM = 200_000
SHOWN = 30  # procedures on a page of the search
TONES = {"offered": "warning", "asked": "warning", "in_force": "success", "upcoming": "info"}


@router.get("/delegations")
async def list_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """What waits for an answer first, then whom one trusts, and for whom one acts."""
    state = request.app.state
    words, before = request.query_params.get("q", ""), request.query_params.get("before")
    ended = request.query_params.get("ended") == "1"
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        found = {
            side: await listing.lines(
                session,
                party,
                now,
                side,
                words=words,
                open_only=not ended,
                before=before if side == listing.RECEIVED else None,
                limit=listing.PAGE if side == listing.RECEIVED else 200,
            )
            for side in (listing.GIVEN, listing.RECEIVED)
        }
    received = found[listing.RECEIVED][: listing.PAGE]
    more = len(found[listing.RECEIVED]) > listing.PAGE
    shown = [*found[listing.GIVEN], *received]
    waiting = [line for line in shown if "accept" in line.seen.may]
    over = {line.mandate.id for line in shown if line.seen.state not in ACCEPTED | WAITING}
    return _page(
        request,
        "list.html",
        party=party,
        actor=actor,
        waiting=waiting,
        given=[line for line in found[listing.GIVEN] if ended or line.mandate.id not in over],
        received=[line for line in received if ended or line.mandate.id not in over],
        words=words,
        ended=ended,
        next=received[-1].mandate.id if more else None,
    )


@router.get("/delegations/new")
async def new_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """The first step: `kind` offer or ask; `source` to pass one on, `renews` to go on with one."""
    state, query = request.app.state, request.query_params
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
async def new_post(request: Request, actor: SignedIn) -> Response:
    """The answer to a step; the last one proposes the mandate."""
    async with form_of(request, LARGEST_FORM) as form:
        answers, at, go = steps.answers_of(form), form.value("at"), form.value("go")
        words = form.value("q")[:100]
    at = at if at in steps.STEPS else steps.AGENT
    if go in steps.STEPS:  # to search within a step, or to change one from the last page
        return await _step(request, actor, answers, go, words=words)
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
    flash(request, _said(request, f"delegations.done.{answers.kind}"))
    return RedirectResponse(f"/delegations/{made.id}", 303)


@router.get("/delegations/{mandate_id}")
async def one_page(request: Request, mandate_id: str, actor: SignedIn) -> HTMLResponse:
    """What a mandate says, where it stands, and what one may do about it."""
    return await _one(request, mandate_id, actor)


@router.post("/delegations/{mandate_id}/answer")
async def answer_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """Accept or decline."""
    async with form_of(request, LARGEST_FORM) as form:
        decision = form.value("/decision")
    if decision not in ("accept", "decline"):
        return await _one(request, mandate_id, actor, {"/decision": "decision"})
    answer = ending.accept if decision == "accept" else ending.decline
    means = means_of(request)
    async with means.database.session() as session:
        await answer(session, means, await party_of(session, actor), mandate_id)
        await session.commit()
    flash(request, _said(request, f"delegations.done.{decision}"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.get("/delegations/{mandate_id}/end")
async def end_page(request: Request, mandate_id: str, actor: SignedIn) -> HTMLResponse:
    """What ending it means, before it is done."""
    state = request.app.state
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        seen = await ending.mandate_seen(session, party, mandate_id, now)
        (line,) = await listing.named(session, party, [seen.mandate], now)
        lower = await listing.below(session, party, seen.mandate, now)
    how = next((way for way in ("take_back", "withdraw", "give_up") if way in seen.may), None)
    if how is None:
        raise not_allowed()
    held = [one for one in lower if one.seen.state in ACCEPTED | WAITING]
    return _page(request, "end.html", line=line, how=how, below=held)


@router.post("/delegations/{mandate_id}/end")
async def end_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """End it now."""
    means = means_of(request)
    async with means.database.session() as session:
        await ending.end(session, means, await party_of(session, actor), mandate_id)
        await session.commit()
    flash(request, _said(request, "delegations.done.end"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.post("/delegations/{mandate_id}/members")
async def members_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """Who of the firm may use it."""
    async with form_of(request, LARGEST_FORM) as form:
        everybody, chosen = form.value("/everybody") == "all", form.values("/members")
    means = means_of(request)
    try:
        async with means.database.session() as session:
            party = await party_of(session, actor)
            members = None if everybody else chosen
            await ending.choose_members(session, means, party, mandate_id, members)
            await session.commit()
    except IdentityError as fault:
        if fault.status != 422:
            raise
        return await _one(request, mandate_id, actor, {"/members": fault.message})
    flash(request, _said(request, "delegations.done.members"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.post("/delegations/{mandate_id}/telling")
async def telling_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """Whether the principal is told of each filing."""
    async with form_of(request, LARGEST_FORM) as form:
        tell = form.value("/tell") == "true"
    means = means_of(request)
    async with means.database.session() as session:
        party = await party_of(session, actor)
        await ending.choose_telling(session, means, party, mandate_id, tell)
        await session.commit()
    flash(request, _said(request, "delegations.done.telling"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


async def titles(session: AsyncSession, today: Any) -> dict[str, Text]:
    """The procedures an organisation can be represented in, by id."""
    found = await procedures.all_current(session, today)
    return {
        package.id: dict(package.title)
        for package in found
        if package.kind != "internal" and package.spec.who not in ("person", "official")
    }


async def _one(
    request: Request,
    mandate_id: str,
    actor: Actor,
    faults: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        seen = await ending.mandate_seen(session, party, mandate_id, now)
        mandate = seen.mandate
        (line,) = await listing.named(session, party, [mandate], now)
        above = await listing.named(session, party, [seen.source], now) if seen.source else []
        lower = await listing.below(session, party, mandate, now)
        names = await titles(session, jst_date(now))
        firm = mandate.agent_organisation_id
        staff = (await members_of(session, [firm]))[firm] if firm and "staff" in seen.may else []
    soon = mandate.valid_to is not None and mandate.valid_to - jst_date(now) <= REMIND_BEFORE
    proposes = party.manages and party.organisation == mandate.principal_id
    return _page(
        request,
        "one.html",
        faults,
        line=line,
        above=above,
        below=lower,
        procedures=[names.get(id, {"ja": id, "en": id}) for id in mandate.procedures],
        staff=staff,
        renewable=proposes and seen.state in (*ACCEPTED, "expired") and mandate.source_id is None,
        soon=soon and seen.state in ACCEPTED,
        switches=proposes,
    )


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
        names = await titles(session, jst_date(state.clock()))
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
    return _page(
        request,
        "step.html",
        faults,
        answers=known,
        step=step,
        number=steps.STEPS.index(step) + 1,
        steps=len(steps.STEPS),
        hidden=known.hidden(step),
        unseen=unseen,
        options=[(id, title) for id, title in shown],
        more=len(matching) - len(shown),
        words=words,
        names=[names[p] for p in known.procedures],
        source=source,
        other=other,
    )


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


def _said(request: Request, key: str) -> Text:
    text: Text = request.app.state.texts.text(key)
    return text


def _page(
    request: Request, name: str, faults: Mapping[str, Any] | None = None, /, **context: Any
) -> HTMLResponse:
    said = {
        place: _said(request, f"delegations.fault.{key}") if isinstance(key, str) else key
        for place, key in (faults or {}).items()
    }
    response: HTMLResponse = request.app.state.pages.render(
        request,
        f"delegations/{name}",
        status=422 if said else 200,
        faults=said,
        errors=[{"name": place, "text": text} for place, text in said.items()],
        powers=POWERS,
        tones=TONES,
        **context,
    )
    return response
