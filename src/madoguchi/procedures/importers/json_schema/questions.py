"""Values of a JSON Schema to questions (値の読取): type, limits, options."""

import re
from typing import Any

from madoguchi.feel.printer import printed
from madoguchi.feel.syntax import Literal
from madoguchi.procedures.importers.expression import OWN, Apply, Compare, Const, constant
from madoguchi.procedures.importers.form import Condition, Question
from madoguchi.procedures.importers.json_schema.resolve import types_of
from madoguchi.procedures.importers.naming import humanised
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.patterns import pattern_keys
from madoguchi.procedures.importers.reading import listed, text_of
from madoguchi.procedures.importers.rich_text import one_line

UNLIMITED, LONG_FROM, EMAIL = 1000, 250, 254
_TIMES = {"date-time": "datetime", "time": "time", "duration": "duration"}
_URI = (r"[A-Za-z][A-Za-z0-9+.-]*:\S+", "https://www.example.com")
_FORMATS = {
    "uri": _URI,
    "url": _URI,
    "uuid": (
        r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "00000000-0000-0000-0000-000000000000",
    ),
    "ipv4": (r"([0-9]{1,3}\.){3}[0-9]{1,3}", "192.0.2.1"),
}
_DAYS = ("2026-04-01", "1950-12-31")
_NO_DAYS = "2026-4-1 20260401 XXXX-04-01 2026-XX-01 12026-04-01 2026-04-01x abc".split()


def question_of(part: Part, *, required: bool) -> Question:
    """The question of a value that is no object and no array."""
    kinds = types_of(part.raw)
    kind = kinds[0] if kinds else "string"
    if len(kinds) > 1:
        part.changed("type", f"may be {' or '.join(kinds)}; asked as {kind}", part.get("type"))
        kind = "string" if "string" in kinds else kind
    question = Question(part.path, label_of(part), help=help_of(part), required=required)
    values = [v for v in listed(part.get("enum")) if v not in (None, "")]
    if "const" in part.raw:
        values = [part.get("const")]
    if kind == "boolean":
        question.type = "pledge" if values == [True] and required else "boolean"
        if values == [False]:
            part.check(question, Condition(Compare("=", OWN, Const(False)), "always False"))
    elif kind == "string" and len(values) == 1 and required and isinstance(values[0], str):
        question.calculate = Condition(Const(values[0]), f"always {values[0]!r}")
        question.keys = {"max_length": max(200, len(values[0]))}
    elif values and kind in ("string", "number", "integer"):
        question.type, question.keys = "choice", {"options": options_of(part, values)}
    elif kind in ("number", "integer"):
        _number(part, question, kind)
    else:
        _string(part, question)
    rule = _default(part, question)
    if rule is not None:
        question.keys["default"] = rule
    return question


def label_of(part: Part) -> dict[str, str]:
    """Its title, or its name as words."""
    name = humanised(part.path[-1] if part.path else "value")
    return {part.language: (part.line("title") or name)[:500]}


def help_of(part: Part) -> dict[str, str] | None:
    """Its description."""
    found = part.plain("description")
    return part.said(found if found != part.line("title") else "") or None


def options_of(part: Part, values: list[Any]) -> dict[str, Any]:
    """The constants to choose from, with their names where the schema has some."""
    names, every = listed(part.get("enumNames")), listed(part.get("enum")) or values
    told = names if len(names) == len(every) else [None] * len(every)
    options: dict[str, Any] = {}
    for value in values:
        name = one_line(told[every.index(value)]) if value in every else ""
        options[text_of(value)] = {part.language: name or humanised(text_of(value))}
    return options


def _number(part: Part, question: Question, kind: str) -> None:
    step = part.number("multipleOf")
    question.type = "integer" if kind == "integer" or step == 1 else "decimal"
    keys: dict[str, Any] = {"min": part.number("minimum"), "max": part.number("maximum")}
    for key, op, limit in (("min", ">", "exclusiveMinimum"), ("max", "<", "exclusiveMaximum")):
        bound = keys[key] if part.get(limit) is True else part.number(limit)
        if bound is not None:
            keys[key] = bound
            part.check(question, Condition(Compare(op, OWN, Const(bound)), f"{limit}: {bound}"))
    if question.type == "decimal" and step is not None and step < 1:
        exponent = step.normalize().as_tuple().exponent
        keys["decimals"] = min(12, -exponent) if isinstance(exponent, int) else None
    elif question.type == "integer" and step not in (None, 1):
        part.lost("multipleOf", "has no counterpart", step)
    question.keys |= {key: value for key, value in keys.items() if value is not None}


def _string(part: Part, question: Question) -> None:
    shape, longest, pattern = part.get("format"), part.whole("maxLength"), part.get("pattern")
    if shape == "date" or is_day(pattern):
        question.type = "date"
        return
    if isinstance(shape, str) and shape in _TIMES and not pattern:
        question.type = _TIMES[shape]
        return
    if shape == "email" and not pattern:
        question.type = "email"
        if longest is not None and longest < EMAIL:
            must = Compare("<=", Apply("length", (OWN,)), constant(longest))
            part.check(question, Condition(must, f"maxLength: {longest}"), "form")
        return
    question.type = "longtext" if longest is not None and longest > LONG_FROM else "text"
    question.keys = {"max_length": longest or UNLIMITED}
    least = part.whole("minLength") or 0
    if least > 1:
        question.keys["min_length"] = least
    if pattern:
        hint = part.said(part.text("example")) or None
        question.keys |= pattern_keys(pattern, question.label, part.path, part.losses, hint)
    elif isinstance(shape, str) and shape in _FORMATS:
        known, example = _FORMATS[shape]
        question.keys |= {"pattern": known, "pattern_hint": part.said(example)}
    elif isinstance(shape, str):
        part.lost(f"format “{shape}”", "is not checked", shape)


def is_day(pattern: object) -> bool:
    """Whether a pattern wants a calendar day, and nothing else."""
    if not isinstance(pattern, str) or len(pattern) > 200:
        return False
    try:
        shape = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return all(map(shape.search, _DAYS)) and not any(map(shape.search, (*_NO_DAYS, "")))


def _default(part: Part, question: Question) -> str | None:
    value, amount = part.get("default"), part.number("default")
    if question.calculate is not None:
        return None
    if question.type == "choice" and value is not None:
        known = text_of(value) in question.keys["options"]
        return printed(Literal(text_of(value))) if known else None
    if question.type == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    numeric = question.type in ("integer", "decimal") and amount is not None
    return f"{amount:f}" if numeric else None
