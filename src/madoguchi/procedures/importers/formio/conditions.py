"""When a Form.io component is shown (表示条件): simple conditions, JavaScript, JsonLogic, logic."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from madoguchi.procedures.importers import javascript, json_logic
from madoguchi.procedures.importers.expression import (
    FALSE,
    Expression,
    Not,
    Ref,
    Untranslatable,
    both,
    either,
)
from madoguchi.procedures.importers.form import Condition
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.reading import listed, mapping, text_of, truth
from madoguchi.procedures.importers.wording import compared


def shown_when(part: Part) -> Condition | None:
    """The condition under which a component is shown; None when it always is.

    JavaScript comes before JsonLogic, and both before a simple condition, as in Form.io.
    """
    custom, simple = part.text("customConditional").strip(), part.map("conditional")
    found: list[Condition | None] = []
    if custom:
        found.append(scripted(part, custom, "show"))
    elif simple.get("json"):
        found.append(logical(part, simple["json"]))
    elif simple.get("when") or simple.get("conditions"):
        found.append(_simple(part, simple))
    found += [Condition(Not(rule.tree), rule.original) for rule in _logic(part, "hidden")]
    if part.flag("hidden") and not part.get("calculateValue"):
        return Condition(FALSE, "hidden: true")
    return _joined(both, [condition for condition in found if condition is not None])


def required_when(part: Part) -> bool | Condition:
    """Whether it must be answered, or when."""
    if part.inner("validate").flag("required"):
        return True
    return _joined(either, list(_logic(part, "validate.required"))) or False


def _joined(
    join: Callable[[list[Expression]], Expression], conditions: list[Condition]
) -> Condition | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Condition(join([c.tree for c in conditions]), "; ".join(c.original for c in conditions))


def scripted(part: Part, script: str, result: str) -> Condition | None:
    """A condition or calculation in JavaScript."""
    return _told(part, lambda: javascript.script(script, result), script)


def logical(part: Part, rule: object) -> Condition | None:
    """A condition in JsonLogic, as an object or as text."""
    if isinstance(rule, str):
        try:
            rule = json.loads(rule)
        except ValueError:
            part.lost("condition", "cannot be a rule: not JSON", rule)
            return None
    return _told(part, lambda: json_logic.read(rule), _text(rule))


def _told(part: Part, read: Callable[[], Expression], original: str) -> Condition | None:
    try:
        return Condition(read(), original)
    except (Untranslatable, RecursionError) as fault:
        part.losses.no_rule(part.where, fault, original)
        return None


def _text(rule: object) -> str:
    return json.dumps(rule, ensure_ascii=False, default=str)


def _simple(part: Part, simple: Mapping[str, Any]) -> Condition | None:
    """A condition of the builder: one answer with one value, or several comparisons."""

    def comparison(name: object, word: str, value: object) -> Expression:
        return compared(Ref(tuple(text_of(name).split(".")), "near"), word, value)

    def read() -> Expression:
        if simple.get("conditions"):
            items = [mapping(item) for item in listed(simple["conditions"])]
            parts = [
                comparison(i.get("component"), text_of(i.get("operator")) or "is", i.get("value"))
                for i in items
            ]
            found = (either if simple.get("conjunction") == "any" else both)(parts)
        else:
            found = comparison(simple.get("when"), "is", simple.get("eq"))
        if simple.get("show") in (None, ""):
            why = "does not say whether it shows or hides; Form.io then hides"
            part.changed("condition", why, _text(simple))
        return found if truth(simple.get("show"), default=False) else Not(found)

    return _told(part, read, _text(simple))


def _logic(part: Part, wanted: str) -> Iterator[Condition]:
    """The conditions of rules that set a property to true; other rules are told once."""
    for rule in part.each("logic"):
        for action in rule.each("actions"):
            target = action.inner("property").text("value")
            if action.get("type") != "property" or target not in ("hidden", "validate.required"):
                part.lost("logic", "does more than hide or require", _text(rule.raw))
                continue
            found = _triggered(rule.inner("trigger")) if target == wanted else None
            if found is not None:
                on = action.flag("state", default=True)
                yield found if on else Condition(Not(found.tree), found.original)


def _triggered(trigger: Part) -> Condition | None:
    match trigger.text("type"):
        case "simple":
            return _simple(trigger, {"show": True, **trigger.map("simple")})
        case "javascript":
            return scripted(trigger, trigger.text("javascript"), "result")
        case "json":
            return logical(trigger, trigger.get("json"))
        case kind:
            trigger.lost("logic", f"is triggered by “{kind}”", _text(trigger.raw))
            return None
