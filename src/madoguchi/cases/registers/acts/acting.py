"""Doing an official act on an entry: at once, or proposed by one official and approved by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.cases.registers.acts.carrying import carry_out
from madoguchi.cases.registers.acts.judging import Judged, judge_act
from madoguchi.cases.registers.acts.opening import (
    Opened,
    entry_at_desk,
    not_of_their_own,
    package_of,
)
from madoguchi.cases.registers.models import EntryAct
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.procedures import service as procedures
from madoguchi.procedures.package.compiled import Act
from madoguchi.procedures.service import Package

PROPOSED, DONE, RETURNED, WITHDRAWN = "proposed", "done", "returned", "withdrawn"


@dataclass(frozen=True)
class Shown:
    """What an official had before them: `stamp` of the entry, `token` of one showing of the form."""

    stamp: str | None = None
    token: str = ""


async def act_called(
    session: AsyncSession, actor: Actor, opened: Opened, name: str, today: date
) -> tuple[Act, Package]:
    """An act of the entry's register that this official may do or propose. CaseError 403, 404."""
    package = await package_of(session, opened, today)
    acts = package.register.acts if package is not None and package.register else {}
    act = acts.get(name)
    if act is None or package is None or not opened.roles & {*act.spec.by}:
        raise not_found()
    not_of_their_own(actor, opened)
    return act, package


async def do_act(
    session: AsyncSession,
    actor: Actor,
    entry_id: str,
    name: str,
    entered: Mapping[str, Any],
    shown: Shown,
    clock: Clock,
) -> EntryAct:
    """Do an act, or propose it where a second person must approve; the caller commits.

    CaseError 404 for whoever has no role for it; 409 when the entry changed since it was shown or a
    proposal waits; FormRefused 422. The second of two clicks gives what the first did.
    """
    at = clock()
    today = jst_date(at)
    opened = await entry_at_desk(session, actor, entry_id, today, lock=True)
    before = await _sent_already(session, actor, entry_id, shown.token)
    if before is not None:
        return before
    act, package = await act_called(session, actor, opened, name, today)
    _unchanged(opened, shown.stamp)
    if await waiting(session, entry_id) is not None:
        raise case_error(
            "act-waiting",
            409,
            "この登録には、承認を待っている処分があります。先にそれを承認するか、取り下げてください。",
            "A proposal about this registration waits for approval. Have it approved or withdrawn first.",
        )
    judged = judge_act(act, opened, entered, today)
    row = _row(opened, act, package, judged, actor, shown, at)
    session.add(row)
    if act.spec.approve:
        await _note(session, row, "act_proposed", actor, at)
    else:
        _decided(row, DONE, actor, at)
        await carry_out(session, row, act, package, judged.columns, actor.id, at)
    await session.flush()
    return row


async def approve_act(
    session: AsyncSession, actor: Actor, act_id: str, comment: str, clock: Clock
) -> EntryAct:
    """Approve a proposal as the second person and do it; the caller commits.

    It takes effect no earlier than today, unless a past day was proposed with its reason. CaseError
    404, 403 for who proposed it, 409 when the entry changed since or it waits no longer.
    """
    at = clock()
    today = jst_date(at)
    row, opened, act, package = await _proposal(session, actor, act_id, at)
    if row.state == DONE and row.decided_by == actor.id:
        return row
    _still_waits(row)
    if not opened.roles & {*act.spec.approve}:
        raise not_found()
    not_of_their_own(actor, opened)
    if actor.id == row.proposed_by:
        raise case_error(
            "same-person",
            403,
            "提案した人は承認できません。ほかの人に承認してもらってください。",
            "Who proposed it cannot approve it. Ask somebody else.",
        )
    _unchanged(opened, row.stamp)
    judged = judge_act(act, opened, row.form, jst_date(row.proposed_at))
    if row.effective_on >= jst_date(row.proposed_at):
        row.effective_on = max(row.effective_on, today)
    if row.until is not None and row.until < row.effective_on:
        raise case_error(
            "act-overtaken",
            409,
            "停止の最後の日を過ぎています。差し戻して、期間を決め直してください。",
            "The last day of the suspension has passed. Return it and set other days.",
        )
    _decided(row, DONE, actor, at, comment)
    await carry_out(session, row, act, package, judged.columns, actor.id, at)
    await session.flush()
    return row


async def drop_act(
    session: AsyncSession, actor: Actor, act_id: str, comment: str, clock: Clock
) -> EntryAct:
    """Withdraw one's own proposal, or return somebody's (差戻し) with a comment; the caller commits.

    CaseError 404 for whoever may do neither; 409 when it waits no longer.
    """
    at = clock()
    row, opened, act, _ = await _proposal(session, actor, act_id, at)
    own = actor.id == row.proposed_by
    if not own and not opened.roles & {*act.spec.approve}:
        raise not_found()
    state = WITHDRAWN if own else RETURNED
    if row.state == state and row.decided_by == actor.id:
        return row
    _still_waits(row)
    if not own and not comment.strip():
        raise CaseError("no-comment", 422, _NO_COMMENT, pointers=("/comment",))
    _decided(row, state, actor, at, comment)
    await _note(session, row, f"act_{state}", actor, at)
    await session.flush()
    return row


_NO_COMMENT = {
    "ja": "差し戻す理由を入力してください。",
    "en": "Say why you return it.",
}


async def waiting(session: AsyncSession, entry_id: str) -> EntryAct | None:
    """The proposal about an entry that waits for a second person."""
    found: EntryAct | None = await session.scalar(
        select(EntryAct).where(EntryAct.entry_id == entry_id, EntryAct.state == PROPOSED)
    )
    return found


async def _proposal(
    session: AsyncSession, actor: Actor, act_id: str, at: datetime
) -> tuple[EntryAct, Opened, Act, Package]:
    found = await session.get(EntryAct, act_id) if is_id(act_id) else None
    if found is None:
        raise not_found()
    # The entry's lock comes first, as in do_act; then the row is read as whoever held it left it.
    opened = await entry_at_desk(session, actor, found.entry_id, jst_date(at), lock=True)
    await session.refresh(found)
    package = await procedures.package(session, found.digest)
    act = package.register.acts.get(found.act) if package.register is not None else None
    if act is None:
        raise not_found()
    return found, opened, act, package


async def _sent_already(
    session: AsyncSession, actor: Actor, entry_id: str, token: str
) -> EntryAct | None:
    if not token:
        return None
    found: EntryAct | None = await session.scalar(
        select(EntryAct).where(
            EntryAct.entry_id == entry_id,
            EntryAct.proposed_by == actor.id,
            EntryAct.token == token,
        )
    )
    return found


def _unchanged(opened: Opened, stamp: str | None) -> None:
    if stamp is not None and stamp != opened.stamp:
        raise case_error(
            "entry-changed",
            409,
            "画面を開いた後に、この登録の内容が変わりました。いまの内容を確かめて、もう一度行ってください。",
            "This registration changed after you opened the page. See what it says now and try again.",
        )


def _still_waits(row: EntryAct) -> None:
    if row.state != PROPOSED:
        raise case_error(
            "act-decided",
            409,
            "この提案は、すでに処理されています。",
            "This proposal has been dealt with already.",
        )


def _row(
    opened: Opened,
    act: Act,
    package: Package,
    judged: Judged,
    actor: Actor,
    shown: Shown,
    at: datetime,
) -> EntryAct:
    on, until = judged.values["effective_on"], judged.values.get("until")
    return EntryAct(
        id=new_id(),
        entry_id=opened.id,
        register=opened.now.register,
        number=opened.now.number,
        agency_id=opened.now.agency_id,
        act=act.name,
        kind=act.spec.kind,
        label=dict(act.spec.label),
        digest=package.digest,
        state=PROPOSED,
        effective_on=on,
        until=until,
        form=dict(judged.form),
        stamp=opened.stamp,
        token=shown.token[:64],
        proposed_by=actor.id,
        proposed_at=at,
    )


def _decided(row: EntryAct, state: str, actor: Actor, at: datetime, comment: str = "") -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, at
    row.comment = comment.strip()[:2000] or None


async def _note(
    session: AsyncSession, row: EntryAct, action: str, actor: Actor, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"register:{row.entry_id}",
        action=action,
        actor=actor.id,
        at=at,
        payload={
            "act": row.id,
            "kind": row.kind,
            "from": row.effective_on,
            "until": row.until,
            "form": row.form,
        },
    )
