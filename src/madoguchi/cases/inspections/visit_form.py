"""The forms of a visit as records (検査画面の入力): what changed becomes a record, once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.checklist import State
from madoguchi.cases.inspections.visiting import Incoming
from madoguchi.kernel.canonical import digest
from madoguchi.procedures.package.inspection_spec import SectionSpec
from madoguchi.web.form_input import FormInput

LONGEST_SHEET = 20


def answers(form: FormInput, section: SectionSpec, state: State, at: datetime) -> list[Incoming]:
    """The answers of a section that differ from what stands: a.ITEM, n.ITEM, h.ITEM (heads)."""
    found = []
    for item in section.items:
        key = rules.ITEM + item
        value = {"answer": form.value(f"a.{item}").strip(), "note": form.value(f"n.{item}").strip()}
        now = state.value(key) or {"answer": "", "note": ""}
        same = all(value[name] == now.get(name) for name in value)
        if not same or (len(state.heads(key)) > 1 and value["answer"]):
            found.append(incoming(form, key, value, at, heads=form.value(f"h.{item}")))
    return found


def finding(form: FormInput, at: datetime) -> Incoming:
    """The finding a form describes; with `remove` it is taken back."""
    name = form.value("name")[:60]
    value: Mapping[str, Any] | None = {
        part: form.value(part).strip() for part in ("severity", "text", "law", "item")
    }
    if form.value("remove"):
        value = None
    return incoming(form, rules.FINDING + name, value, at)


def signature(form: FormInput, at: datetime) -> Incoming:
    """Who was present, or that nobody was."""
    value = {part: form.value(part).strip() for part in ("name", "title", "comment")}
    value_and_absence = {**value, "absent": form.value("absent") == "true"}
    return incoming(form, rules.SIGNATURE, value_and_absence, at)


def incoming(
    form: FormInput,
    key: str,
    value: Mapping[str, Any] | None,
    at: datetime,
    heads: str | None = None,
) -> Incoming:
    """A record of a page: one showing of a form and one content make one record."""
    sheet = "".join(c for c in form.value("sheet") if c.isascii() and c.isalnum())[:LONGEST_SHEET]
    content = digest({"key": key, "value": value}).rpartition(":")[2][:24]
    seen = form.value("heads") if heads is None else heads
    return Incoming(f"w-{sheet}-{content}", key, value, tuple(seen.split()[:20]), at)
