"""The history of a filing in plain words (経過), as its applicant may know it. Pure.

Shown are the applicant's own acts, payments, and each change of state; never who drafted what
within the office, nor its notes and proposals. Only what was asked of the applicant comes with
its words.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from madoguchi.cases.desk.timeline import by_agent
from madoguchi.cases.grace import WAITED, wait_words
from madoguchi.kernel.journal import ERASED, Entry
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Package


def history_lines(
    package: Package,
    entries: Sequence[Entry],
    language: str,
    t: Callable[..., str],
    principal: str = "",
) -> list[dict[str, Any]]:
    """Entries of the timeline, newest first. `principal`: for whom its agents act."""
    lines = [_line(package, entry, language, t, principal) for entry in entries]
    return [line for line in reversed(lines) if line is not None]


def public_entries(package: Package, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The same for programs: [{seq, at, action, by, from, to, note}]."""
    found = []
    for entry in entries:
        payload = entry.payload or {}
        if _line(package, entry, "ja", lambda key, **params: key) is None:
            continue
        own = payload.get("side") == "applicant"
        found.append(
            {
                "seq": entry.seq,
                "at": entry.at,
                "action": entry.action if own or _told(package, payload) else "state_changed",
                "by": "applicant" if own else "office",
                "actor_name": payload.get("actor_name") if own else None,
                "agent": payload.get("agent") if own else None,
                "from": payload.get("from"),
                "to": payload.get("to"),
                "revision": payload.get("revision") if own else None,
                "content_hash": payload.get("content_hash") if own else None,
                "note": _note(package, entry.action, payload),
                "leaf_hash": entry.leaf_hash,
            }
        )
    return found


def _line(
    package: Package, entry: Entry, language: str, t: Callable[..., str], principal: str = ""
) -> dict[str, Any] | None:
    payload = entry.payload or {}
    if entry.action == ERASED:
        return _erased(entry, payload, t)
    base = {"at": entry.at, "by": None, "body": None, "tone": "neutral"}
    if entry.action.startswith("payment_"):
        title = t(f"cases.history.{entry.action}", amount=f"{payload.get('amount', 0):,}")
        return {**base, "title": title, "tone": "success"}
    if entry.payload is None and entry.action == "filed":
        return {**base, "title": t("cases.history.filed"), "tone": "info"}
    if payload.get("side") == "applicant":
        return {**base, **_own(package, entry.action, payload, language, t, principal)}
    to, source = payload.get("to"), payload.get("from")
    state = package.machine.states.get(str(to))
    before = package.machine.states.get(str(source))
    if state is None or to == source or (before is not None and before.label == state.label):
        return None
    note = _note(package, entry.action, payload)
    tone = {"granted": "success", "accepted": "success", "refused": "error"}.get(
        str(state.outcome),
        "warning" if state.waits_for == "applicant" and not state.final else "info",
    )
    return {
        **base,
        "title": pick(state.label, language),
        "by": t("cases.case.office"),
        "body": note,
        "tone": tone,
    }


def _erased(entry: Entry, payload: Mapping[str, Any], t: Callable[..., str]) -> dict[str, Any]:
    """That content was erased, and why: the office says it to everyone concerned."""
    return {
        "at": entry.at,
        "by": t("cases.case.office"),
        "title": t("cases.history.erased"),
        "body": payload.get("reason"),
        "tone": "info",
    }


def _own(
    package: Package,
    name: str,
    payload: Mapping[str, Any],
    language: str,
    t: Callable[..., str],
    principal: str,
) -> dict[str, Any]:
    action = package.machine.actions.get(name)
    title = t("cases.history.filed") if name == "filed" or action is None else action.label
    agent, by = payload.get("agent"), payload.get("actor_name")
    if agent:
        by = by_agent(str(agent), principal, language)
    changed = len(payload.get("patch") or [])
    body = t("cases.history.changed", count=changed) if changed else _reason(payload)
    waited = wait_words(payload, language)
    if waited:
        body = f"{pick(WAITED, language)}: {waited}" + (f"\n{body}" if body else "")
    return {"title": title, "by": by, "body": body, "tone": "info"}


def _told(package: Package, payload: Mapping[str, Any]) -> bool:
    """Whether an official's act speaks to the applicant: it asks them for something."""
    state = package.machine.states.get(str(payload.get("to")))
    return state is not None and state.waits_for == "applicant" and not state.final


def _note(package: Package, name: str, payload: Mapping[str, Any]) -> str | None:
    if payload.get("side") == "applicant":
        return _reason(payload)
    action = package.machine.actions.get(name)
    if action is None or not _told(package, payload):
        return None
    field = action.form.get("reason")
    return _reason(payload) if field is not None and not field.for_officials else None


def _reason(payload: Mapping[str, Any]) -> str | None:
    reason = (payload.get("form") or {}).get("reason")
    return reason if isinstance(reason, str) and reason else None
