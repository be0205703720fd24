"""Pages of licence ledgers (残高・裏書): for holders what is left, for officials the record of uses."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.pages.shared import FORM_BYTES
from madoguchi.cases.errors import CaseError, not_found
from madoguchi.cases.ledgers import recording
from madoguchi.cases.ledgers.access import may_correct, may_record, may_see
from madoguchi.cases.ledgers.holding import amounts_of_use, holding_of, use_called
from madoguchi.cases.ledgers.models import RESERVED, USED, LedgerAccount
from madoguchi.cases.ledgers.reading import (
    PAGE,
    lines_of,
    registrations_with_ledgers,
    view_of,
)
from madoguchi.cases.ledgers.rules import Amount, Endorsing
from madoguchi.cases.ledgers.showing import account_line, ledger_line, register_title
from madoguchi.cases.obligations.pages import Signed
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, parse_date, parse_decimal
from madoguchi.web.form_input import FormInput
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Actor, Depends(current_actor)]
ACTS = ("finalise", "correct", "release")


@router.get("/ledgers")
async def ledgers(request: Request, actor: Signed) -> Response:
    """The registrations with ledgers that are one's own, or of one's agencies (?q=)."""
    state, params = request.app.state, request.query_params
    today, text = jst_date(state.clock()), (params.get("q") or "").strip()[:100]
    async with state.database.reading() as session:
        found = await registrations_with_ledgers(
            session, actor, today, text=text, after=(params.get("after") or "")[:120]
        )
    items = found[:PAGE]
    further = urlencode({"q": text, "after": items[-1].entry.number}) if len(found) > PAGE else None
    page: Response = state.pages.render(
        request,
        "cases/ledgers/list.html",
        text=text,
        items=[
            {
                "entry": item.entry,
                "title": register_title(item.entry),
                "status": item.status_on(today),
                "accounts": [account_line(account) for account in item.accounts],
            }
            for item in items
        ],
        next=f"/ledgers?{further}" if further else None,
    )
    return page


@router.get("/ledgers/{entry_id}")
async def ledger(request: Request, entry_id: str, actor: Anyone) -> Response:
    """What is left of one registration, drawn and in figures; its lines for those concerned."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    given = request.query_params.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None
    async with state.database.reading() as session:
        view = await view_of(session, actor, entry_id, today)
        rows = await lines_of(session, entry_id, before=before) if view.whole else []
    items, entry = rows[:PAGE], view.holding.entry
    last = items[-1][0].number if len(rows) > PAGE else None
    page: Response = state.pages.render(
        request,
        "cases/ledgers/ledger.html",
        wide=True,
        entry=entry,
        title=register_title(entry),
        standing=view.holding.status_on(today),
        accounts=[account_line(account) for account in view.accounts],
        whole=view.whole,
        lines=[ledger_line(line, use, view.accounts) for line, use in items],
        records=may_record(actor, entry, view.accounts),
        before=before,
        next=f"/ledgers/{entry_id}?before={last}" if last is not None else None,
    )
    return page


@router.get("/ledgers/{entry_id}/record")
async def record_form(request: Request, entry_id: str, actor: Signed) -> Response:
    """The form by which a use is recorded."""
    typed = {"on": jst_date(request.app.state.clock()).isoformat(), "state": USED}
    return await _record_page(request, actor, entry_id, typed, None)


@router.post("/ledgers/{entry_id}/record")
async def record(request: Request, entry_id: str, actor: Signed) -> Response:
    """Record a use; what is wrong is shown with everything typed."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed = {name: form.value(name) for name in ("reference", "on", "state", "note")}
        typed |= {name: form.value(name) for name in form.fields if name.startswith("amount-")}
        reading = form
    try:
        async with state.database.session() as session:
            view = await view_of(session, actor, entry_id, jst_date(state.clock()))
            note = typed["note"].strip()
            use = Endorsing(
                typed["reference"],
                _day(typed["on"]),
                _amounts(reading, view.accounts),
                typed["state"] == RESERVED,
                {"備考": note} if note else {},
            )
            await recording.record(session, actor, entry_id, use, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        return await _record_page(request, actor, entry_id, typed, error)
    _flash(request, "recorded")
    return RedirectResponse(f"/ledgers/{entry_id}", 303)


@router.get("/ledgers/{entry_id}/uses/{use_id}")
async def use(request: Request, entry_id: str, use_id: str, actor: Signed) -> Response:
    """One use with its lines, and what an official may do about it."""
    return await _use_page(request, actor, entry_id, use_id, {}, None)


@router.post("/ledgers/{entry_id}/uses/{use_id}/{act}")
async def change(request: Request, entry_id: str, use_id: str, act: str, actor: Signed) -> Response:
    """Make a use final, correct it, or cancel it."""
    state = request.app.state
    if act not in ACTS:
        raise not_found()
    async with form_of(request, FORM_BYTES) as form:
        typed = {name: form.value(name) for name in form.fields}
        reading = form
    try:
        async with state.database.session() as session:
            view = await view_of(session, actor, entry_id, jst_date(state.clock()))
            if act == "release":
                await recording.release(session, actor, use_id, typed.get("reason"), state.clock)
            elif act == "correct":
                amounts = _amounts(reading, view.accounts)
                reason = typed.get("reason")
                await recording.correct(session, actor, use_id, amounts, reason, state.clock)
            else:
                amounts = _amounts(reading, view.accounts)
                await recording.finalise(session, actor, use_id, amounts, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        return await _use_page(request, actor, entry_id, use_id, {**typed, "act": act}, error)
    _flash(request, f"done.{act}")
    return RedirectResponse(f"/ledgers/{entry_id}/uses/{use_id}", 303)


async def _record_page(
    request: Request,
    actor: Actor,
    entry_id: str,
    typed: Mapping[str, str],
    error: DomainError | None,
) -> Response:
    state, today = request.app.state, jst_date(request.app.state.clock())
    async with state.database.reading() as session:
        view = await view_of(session, actor, entry_id, today)
    if not may_record(actor, view.holding.entry, view.accounts):
        raise not_found()
    page: Response = state.pages.render(
        request,
        "cases/ledgers/record.html",
        status=error.status if error is not None else 200,
        entry=view.holding.entry,
        title=register_title(view.holding.entry),
        accounts=[account_line(account) for account in view.accounts],
        typed=typed,
        errors=_errors(error, view.accounts, typed),
    )
    return page


async def _use_page(
    request: Request,
    actor: Actor,
    entry_id: str,
    use_id: str,
    typed: Mapping[str, str],
    error: DomainError | None,
) -> Response:
    state, today = request.app.state, jst_date(request.app.state.clock())
    async with state.database.reading() as session:
        row = await use_called(session, use_id)
        holding = await holding_of(session, row.entry_id, today)
        if row.entry_id != entry_id or not may_see(actor, holding.entry, holding.accounts):
            raise not_found()
        lines = await lines_of(session, entry_id, use_id=use_id, limit=500)
        now = await amounts_of_use(session, use_id)
    accounts = holding.accounts
    page: Response = state.pages.render(
        request,
        "cases/ledgers/use.html",
        wide=True,
        status=error.status if error is not None else 200,
        use=row,
        entry=holding.entry,
        lines=[ledger_line(line, use, accounts) for line, use in lines],
        accounts=[
            account_line(account, now.get((account.ledger, account.item))) for account in accounts
        ],
        corrects=may_correct(actor, holding.entry, accounts) and row.state in (RESERVED, USED),
        settles=may_record(actor, holding.entry, accounts) and row.state == RESERVED,
        official=actor.kind == "official",
        typed=typed,
        errors=_errors(error, accounts, typed),
    )
    return page


def _amounts(form: FormInput, accounts: Sequence[LedgerAccount]) -> list[Amount]:
    """The amounts typed, in the order of the accounts; blank ones are not used. CaseError 422."""
    found: list[Amount] = []
    for index, account in enumerate(accounts):
        text = form.value(f"amount-{index}").strip()
        if not text:
            continue
        try:
            amount = parse_decimal(text)
        except JapaneseInputError as fault:
            pointer = (f"/amounts/{len(found)}/amount",)
            raise CaseError("invalid-use", 422, fault.message, pointers=pointer) from fault
        found.append(Amount(account.ledger, account.item, amount))
    return found


def _errors(
    error: DomainError | None, accounts: Sequence[LedgerAccount], typed: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The fault at the control it is about: of the amounts, the one that was typed there."""
    if error is None:
        return []
    steps = (error.pointers or ("/reference",))[0].strip("/").split("/")
    name = steps[0]
    if name == "amounts":
        given = [i for i in range(len(accounts)) if typed.get(f"amount-{i}", "").strip()]
        place = int(steps[1]) if len(steps) > 1 else 0
        name = f"amount-{given[place] if place < len(given) else 0}"
    elif error.code == "ledger-exhausted":
        given = [i for i in range(len(accounts)) if typed.get(f"amount-{i}", "").strip()]
        name = f"amount-{given[0] if given else 0}"
    elif name not in ("reference", "on", "reason"):
        name = "reference"
    return [{"name": name, "text": error.message}]


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except JapaneseInputError as fault:
        raise CaseError("invalid-use", 422, fault.message, pointers=("/on",)) from fault


def _flash(request: Request, key: str) -> None:
    texts = request.app.state.texts
    said = {language: texts.t(f"cases.ledgers.{key}", language) for language in ("ja", "en")}
    flash(request, said, "success")
