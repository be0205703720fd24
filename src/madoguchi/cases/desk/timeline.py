"""The history of a case in plain words (経過): made from its journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.cases.desk.changes import file_label
from madoguchi.cases.grace import WAITED, wait_words
from madoguchi.cases.stored import shown
from madoguchi.kernel.errors import fill
from madoguchi.kernel.journal import Entry
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.service import Action, Package

_STEP: Text = {"ja": "段階", "en": "Step"}
_ALIASES = {"filed": "submit"}
_TONES = {"granted": "success", "accepted": "success", "refused": "error", "withdrawn": "neutral"}


@dataclass(frozen=True)
class Event:
    """One thing that happened: `title` in plain words, or "" when `key` names a text."""

    at: datetime
    title: Text | None
    key: str
    by: str
    lines: tuple[tuple[Text, str], ...]
    letters: tuple[str, ...]
    tone: str
    revision: int | None
    seq: int


AGENT: Text = {"ja": "{agent}（{principal}の代理）", "en": "{agent} on behalf of {principal}"}
APPLICANT: Text = {"ja": "申請者", "en": "the applicant"}


def events(
    package: Package, entries: Sequence[Entry], language: str, principal: str
) -> list[Event]:
    """The journal of a case, newest first, as officials may read it.

    `principal`: for whom its agents act; "" once that was erased.
    """
    return [_event(package, entry, language, principal) for entry in reversed(entries)]


def by_agent(agent: str, principal: str, language: str) -> str:
    """An act of an agent: Y on behalf of X (代理), as the law asks of who acts for another (民法第99条)."""
    named = principal or pick(APPLICANT, language)
    return fill(pick(AGENT, language), {"agent": agent, "principal": named})


def _by(payload: Mapping[str, Any], language: str, principal: str) -> str:
    if payload.get("agent"):
        return by_agent(str(payload["agent"]), principal, language)
    return str(payload.get("actor_name") or "")


def _event(package: Package, entry: Entry, language: str, principal: str) -> Event:
    payload = entry.payload or {}
    action = package.machine.actions.get(entry.action)
    done = package.machine.actions.get(_ALIASES.get(entry.action, entry.action))
    return Event(
        at=entry.at,
        title=done.label if done is not None and entry.action != "filed" else None,
        key=entry.action,
        by=_by(payload, language, principal),
        lines=(
            *_step(package, payload, language),
            *_waited(payload, language),
            *_lines(package, action, payload, language),
        ),
        letters=tuple(str(letter["number"]) for letter in payload.get("letters") or ()),
        tone=_TONES.get(str(payload.get("outcome")), "info"),
        revision=payload.get("revision") if "patch" in payload else None,
        seq=entry.seq,
    )


def _step(package: Package, payload: Mapping[str, Any], language: str) -> list[tuple[Text, str]]:
    """The step of an approval route the act was about, and whether a proxy did it."""
    found = [
        step.label
        for route in package.machine.routes.values()
        for step in route.steps
        if step.id == payload.get("step")
    ]
    proxy = (
        {"ja": "(代決)", "en": " (as a proxy)"} if payload.get("proxy") else {"ja": "", "en": ""}
    )
    return [(_STEP, pick(label, language) + pick(proxy, language)) for label in found[:1]]


def _waited(payload: Mapping[str, Any], language: str) -> list[tuple[Text, str]]:
    words = wait_words(payload, language)
    return [(WAITED, words)] if words else []


def _lines(
    package: Package, action: Action | None, payload: Mapping[str, Any], language: str
) -> list[tuple[Text, str]]:
    """What the form of the act said, question by question."""
    form = payload.get("form")
    if action is None or not isinstance(form, Mapping):
        return []
    lines = []
    for name, field in action.form.items():
        if form.get(name) is None:
            continue
        if field.type == "points":
            lines.append((field.label, "、".join(point_labels(package, form[name], language))))
        else:
            lines.append((field.label, shown(field, form[name], language)))
    return lines


def point_labels(package: Package, pointers: Sequence[str], language: str) -> list[str]:
    """The questions and attachments pointers name."""
    labels = []
    for pointer in pointers:
        key = pointer.removeprefix("/attachments/")
        label = file_label(package, key if key != pointer else pointer)
        labels.append(pick(label, language))
    return list(dict.fromkeys(labels))
