"""Carrying out an act (処分の実施): the register, the letter, the message, in one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import letters, service
from madoguchi.cases.registers.models import EntryAct
from madoguchi.cases.registers.rules import CANCELLED, LAPSED
from madoguchi.cases.registers.service import Change
from madoguchi.cases.registers.standing import resume, suspend
from madoguchi.cases.registers.succession import forget_facts
from madoguchi.kernel.japanese import format_wareki
from madoguchi.messages import service as messages
from madoguchi.procedures.package.compile_acts import NONE, STANDARD
from madoguchi.procedures.package.compiled import Act
from madoguchi.procedures.package.shapes import LetterSpec
from madoguchi.procedures.service import Package

_TEMPLATE = Path(__file__).parent / "letter.html"


async def carry_out(
    session: AsyncSession,
    row: EntryAct,
    act: Act,
    package: Package,
    columns: Mapping[str, object],
    actor: str,
    at: datetime,
) -> RegisterEntry:
    """Do what a row of `entry_act` says; the entry as it stands then. CaseError 409 as the register.

    `columns`: what the act changes in the columns besides its kind.
    """
    reason = str(row.form.get("reason") or "")
    change = Change(actor, at, row.effective_on, reason=reason, act_id=row.id)
    if columns and row.kind != "change":
        await service.amend(session, row.entry_id, columns, [], change)
    entry = await _change(session, row, columns, change)
    if row.kind in ("cancel", "lapse") and entry.organisation_id is not None:
        names = sorted(package.facts)
        await forget_facts(session, entry.organisation_id, entry, change, names)
    await _letter(session, row, act, package, entry, at)
    await _tell(session, row, act, entry, at)
    return entry


async def _change(
    session: AsyncSession, row: EntryAct, columns: Mapping[str, object], change: Change
) -> RegisterEntry:
    match row.kind:
        case "suspend":
            until = service.day_after(row.until) if row.until else None
            return await suspend(session, row.entry_id, change, until)
        case "resume":
            return await resume(session, row.entry_id, change)
        case "cancel":
            return await service.close(session, row.entry_id, change, CANCELLED)
        case "lapse":
            return await service.close(session, row.entry_id, change, LAPSED)
    return await service.amend(session, row.entry_id, columns, [], change)


async def _letter(
    session: AsyncSession,
    row: EntryAct,
    act: Act,
    package: Package,
    entry: RegisterEntry,
    at: datetime,
) -> None:
    if act.spec.letter == NONE:
        return
    label = act.spec.label["ja"]
    names = {
        "act": {
            "label": label,
            "law": act.spec.law,
            "effective_on": row.effective_on,
            "effective_on_wareki": format_wareki(row.effective_on),
            "until_wareki": format_wareki(row.until) if row.until else "",
            "reason": row.form.get("reason") or "",
            "form": dict(row.form),
            "appeal_to": act.spec.appeal_to,
        },
        "rows": _lines(row, entry),
    }
    about = letters.About(f"act:{row.id}", entry, names)
    if act.spec.letter != STANDARD:
        await letters.issue(session, about, package, act.spec.letter, at)
        return
    standard = LetterSpec(
        template=_template(),
        title={"ja": f"{label}通知書", "en": f"Notice: {act.spec.label.get('en', label)}"},
        number="{year}{office}登処第{serial}号",
        sign=True,
    )
    await letters.issue(session, about, package, f"act-{act.name}", at, standard)


def _lines(row: EntryAct, entry: RegisterEntry) -> list[tuple[str, str]]:
    """The rows of the standard letter."""
    day = format_wareki(row.effective_on)
    if row.kind == "suspend":
        day += f"から{format_wareki(row.until)}まで" if row.until else "から解除するまで"
    title = (entry.labels.get("title") or {}).get("ja", entry.register)
    lines = [
        ("登録", f"{title} {entry.number}"),
        ("登録者", entry.organisation_name),
        ("停止の期間" if row.kind == "suspend" else "効力の生じる日", day),
        ("理由", str(row.form.get("reason") or "")),
    ]
    return [(f"{number} {label}", text) for number, (label, text) in enumerate(lines, 1)]


@cache
def _template() -> str:
    return _TEMPLATE.read_text(encoding="utf-8")


async def _tell(
    session: AsyncSession, row: EntryAct, act: Act, entry: RegisterEntry, at: datetime
) -> None:
    message = act.spec.message
    if message is None or entry.organisation_id is None:
        return
    await messages.notify(
        session,
        to=messages.Recipient(organisation=entry.organisation_id),
        subject=dict(message.subject),
        body=dict(message.body),
        at=at,
        dedupe_key=f"act:{row.id}",
        link=f"/registers/{entry.register}/{entry.number}",
        values={
            "title": entry.labels.get("title") or entry.register,
            "number": entry.number,
            "act": dict(act.spec.label),
            "on": row.effective_on.isoformat(),
            "until": _until(row.until),
            "reason": str(row.form.get("reason") or ""),
        },
    )


def _until(day: date | None) -> dict[str, str]:
    if day is None:
        return {"ja": "、解除するまで", "en": "until it is lifted"}
    return {"ja": f"{day.isoformat()}まで", "en": f"to {day.isoformat()}"}
