"""The desk's pages of an entry: what it says and said, the acts on it, their form and confirmation."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.desk.pages.forming import Tried, entered_by, question_of
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.registers.acts.acting import (
    DONE,
    Shown,
    act_called,
    approve_act,
    do_act,
    drop_act,
    waiting,
)
from madoguchi.cases.registers.acts.correcting import column_answers
from madoguchi.cases.registers.acts.judging import Judged, form_of_act, judge_act
from madoguchi.cases.registers.acts.opening import Opened, entry_at_desk, package_of
from madoguchi.cases.registers.acts.queries import acts_of, acts_waiting, other_entries, recorded
from madoguchi.cases.registers.labels import columns_of
from madoguchi.cases.registers.letters import letters_of_entry
from madoguchi.cases.registers.models import EntryAct
from madoguchi.cases.registers.queries import readable
from madoguchi.cases.registers.rules import in_force
from madoguchi.cases.registers.timeline import drawn
from madoguchi.cases.registers.values import shown
from madoguchi.cases.stored import shown as shown_answer
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures.package.compiled import Act
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
CHECK, EDIT, DO = "check", "edit", "do"


@router.get("/desk/entry-acts")
async def proposals(request: Request, actor: Official) -> Response:
    """The proposals that wait for a second person at the official's agencies."""
    state = request.app.state
    async with state.database.reading() as session:
        rows = await acts_waiting(session, agencies_where(actor))
        people = await identity.people_named(session, [row.proposed_by for row in rows])
    page: Response = state.pages.render(
        request, "cases/registers/proposals.html", wide=True, acts=rows, people=people
    )
    return page


@router.get("/desk/entries/{entry_id}")
async def entry(request: Request, entry_id: str, actor: Official) -> Response:
    """One entry: how it stands, what may be done, and everything that was recorded."""
    return await _entry_page(request, actor, entry_id, None, "")


@router.get("/desk/entries/{entry_id}/acts/{name}")
async def act_form(request: Request, entry_id: str, name: str, actor: Official) -> Response:
    """The form of an act, with today as its day and what the columns say."""
    state = request.app.state
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        opened = await entry_at_desk(session, actor, entry_id, today)
        act, _ = await act_called(session, actor, opened, name, today)
    first: dict[str, Any] = {"effective_on": today.isoformat()}
    if act.spec.kind == "change":
        first |= column_answers(opened.now)
    return _form_page(request, opened, act, Tried(first), opened.stamp)


@router.post("/desk/entries/{entry_id}/acts/{name}")
async def act(request: Request, entry_id: str, name: str, actor: Official) -> Response:
    """Check what was typed, show what it would do, and do it once it is confirmed."""
    state = request.app.state
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        opened = await entry_at_desk(session, actor, entry_id, today)
        found, _ = await act_called(session, actor, opened, name, today)
        open_proposal = await waiting(session, entry_id)
    async with form_of(request, FORM_BYTES) as form:
        entered = entered_by(form, form_of_act(found, opened).values())
        step, stamp = form.value("step") or CHECK, form.value("stamp")[:64]
        token = form.value("token")[:64]
    tried = Tried(entered, token=token)
    try:
        if step == EDIT:
            return _form_page(request, opened, found, tried, stamp)
        if step != DO:
            judged = judge_act(found, opened, entered, today)
            waits = open_proposal is not None
            return _check_page(request, opened, found, judged, tried, stamp, today, waits)
        async with state.database.session() as session:
            given = Shown(stamp or None, token)
            row = await do_act(session, actor, entry_id, name, entered, given, state.clock)
            await session.commit()
    except FormRefused as error:
        tried = Tried(entered, error.faults, token=token)
        return _form_page(request, opened, found, tried, stamp)
    except DomainError as error:
        if error.status != 409:
            raise
        tried = Tried(entered, refusal=error, token=token)
        return _form_page(request, opened, found, tried, opened.stamp)
    _flash(request, "done" if row.state == DONE else "proposed", act=row.label)
    return RedirectResponse(f"/desk/entries/{entry_id}", 303)


@router.post("/desk/entry-acts/{act_id}/{answer}")
async def decide(request: Request, act_id: str, answer: str, actor: Official) -> Response:
    """Approve a proposal, return it or withdraw it."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        comment, entry_id = form.value("comment")[:2000], form.value("entry")[:26]
    change = approve_act if answer == "approve" else drop_act
    try:
        async with state.database.session() as session:
            row = await change(session, actor, act_id, comment, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status not in (403, 409, 422):
            raise
        return await _entry_page(request, actor, entry_id, error, comment)
    _flash(request, row.state, act=row.label)
    return RedirectResponse(f"/desk/entries/{row.entry_id}", 303)


async def _entry_page(
    request: Request, actor: Actor, entry_id: str, error: DomainError | None, comment: str
) -> Response:
    state, language = request.app.state, request.state.language
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        opened = await entry_at_desk(session, actor, entry_id, today)
        package = await package_of(session, opened, today)
        acts = await acts_of(session, entry_id)
        versions = await recorded(session, entry_id)
        letters = await letters_of_entry(session, entry_id)
        others = await other_entries(session, opened, agencies_where(actor))
        people = await _people(session, acts)
        agency = await identity.agency(session, opened.now.agency_id)
    columns = columns_of(opened.now.labels)
    register = package.register if package is not None else None
    offered = [
        found
        for found in (register.acts.values() if register is not None else ())
        if opened.roles & {*found.spec.by}
    ]
    open_act = next((row for row in acts if row.state == "proposed"), None)
    page: Response = state.pages.render(
        request,
        "cases/registers/desk_entry.html",
        status=error.status if error is not None else 200,
        wide=True,
        entry=opened.now,
        standing=_standing(opened, today),
        agency=dict(agency.name),
        drawing=drawn(opened.spans, today),
        rows=_rows(opened, language),
        versions=[
            {
                "row": version,
                "rows": [
                    (
                        column.label,
                        shown(version.columns.get(column.name), language, column.words),
                    )
                    for column in columns
                ],
            }
            for version in versions
        ],
        acts=offered,
        done=[_act_line(row, people) for row in acts if row.state != "proposed"],
        proposal=_act_line(open_act, people) if open_act is not None else None,
        proposal_rows=_proposal_rows(request, open_act, opened, register),
        may_approve=open_act is not None and _may_approve(actor, open_act, opened, register),
        own_proposal=open_act is not None and open_act.proposed_by == actor.id,
        letters=letters,
        others=others,
        refusal=error,
        comment=comment,
    )
    return page


def _form_page(request: Request, opened: Opened, act: Act, tried: Tried, stamp: str) -> Response:
    fields = form_of_act(act, opened)
    page: Response = request.app.state.pages.render(
        request,
        "cases/registers/act.html",
        status=422 if tried.faults else 409 if tried.refusal else 200,
        entry=opened.now,
        act=act,
        questions=[question_of(field, tried) for field in fields.values()],
        errors=[{"name": fault.pointer, "text": fault.message} for fault in tried.faults],
        refusal=tried.refusal.message if tried.refusal else None,
        stamp=stamp or opened.stamp,
        token=tried.token or secrets.token_urlsafe(12),
    )
    return page


def _check_page(
    request: Request,
    opened: Opened,
    act: Act,
    judged: Judged,
    tried: Tried,
    stamp: str,
    today: date,
    waits: bool,
) -> Response:
    language = request.state.language
    fields = form_of_act(act, opened)
    answers = [
        (field.label, shown_answer(field, judged.form[name], language))
        for name, field in fields.items()
        if judged.form.get(name) is not None and not name.startswith("column_")
    ]
    columns = {column.name: column for column in columns_of(opened.now.labels)}
    page: Response = request.app.state.pages.render(
        request,
        "cases/registers/act_check.html",
        entry=opened.now,
        act=act,
        answers=answers,
        changes=[
            (
                columns[name].label,
                shown(opened.now.columns.get(name), language, columns[name].words),
                shown_answer(fields[f"column_{name}"], judged.form[f"column_{name}"], language)
                if judged.form.get(f"column_{name}") is not None
                else "",
            )
            for name in judged.columns
            if f"column_{name}" in fields
        ],
        hidden_answers=_hidden(tried.entered),
        before=drawn(opened.spans, today),
        after=drawn(judged.spans, today),
        stamp=stamp or opened.stamp,
        token=tried.token or secrets.token_urlsafe(12),
        waits=waits,
    )
    return page


def _hidden(entered: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, as the hidden controls of the confirmation."""
    found: list[tuple[str, str]] = []
    for name, value in entered.items():
        if isinstance(value, Mapping):
            found += [(f"/form/{name}/{part}", str(text)) for part, text in value.items()]
        elif isinstance(value, list):
            found += [(f"/form/{name}", str(text)) for text in value]
        else:
            found.append((f"/form/{name}", str(value)))
    return found


def _standing(opened: Opened, today: date) -> str:
    now = in_force(opened.spans, today)
    if now is not None:
        return now.status
    return "coming" if opened.rows[0].valid_from > today else "expired"


def _rows(opened: Opened, language: str) -> list[tuple[Any, str]]:
    columns = columns_of(opened.now.labels)
    values = readable(opened.now, columns, {opened.now.agency_id})
    return [(c.label, shown(values[c.name], language, c.words)) for c in columns]


def _act_line(row: EntryAct, people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "by": people.get(row.proposed_by, ""),
        "decided_by": people.get(row.decided_by or "", ""),
        "reason": row.form.get("reason", ""),
    }


def _proposal_rows(
    request: Request, row: EntryAct | None, opened: Opened, register: Any
) -> list[tuple[Any, str]]:
    act = register.acts.get(row.act) if row is not None and register is not None else None
    if row is None or act is None:
        return []
    language = request.state.language
    return [
        (field.label, shown_answer(field, row.form[name], language))
        for name, field in form_of_act(act, opened).items()
        if row.form.get(name) is not None
    ]


def _may_approve(actor: Actor, row: EntryAct, opened: Opened, register: Any) -> bool:
    act = register.acts.get(row.act) if register is not None else None
    return (
        act is not None and actor.id != row.proposed_by and bool(opened.roles & {*act.spec.approve})
    )


async def _people(session: AsyncSession, acts: list[EntryAct]) -> dict[str, str]:
    ids = {id for row in acts for id in (row.proposed_by, row.decided_by) if id}
    return await identity.people_named(session, sorted(ids))


def _flash(request: Request, key: str, act: Mapping[str, str]) -> None:
    texts = request.app.state.texts
    said = {
        language: texts.t(
            f"cases.registers.acts.{key}", language, act=act.get(language) or act["ja"]
        )
        for language in ("ja", "en")
    }
    flash(request, said)
