"""What bounds an answer of Form.io (入力の制限): length, pattern, range, days."""

import re
from datetime import date
from typing import Any

from madoguchi.procedures.importers import expression as tree
from madoguchi.procedures.importers.expression import OWN, constant
from madoguchi.procedures.importers.form import Condition, Question
from madoguchi.procedures.importers.formio.dialect import dialect, said
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.patterns import pattern_keys
from madoguchi.procedures.importers.reading import mapping, text_of

UNLIMITED, LONG = 1000, 4000
TEXTS = ("text", "longtext")
_MASK = {"9": "[0-9]", "a": "[A-Za-z]", "A": "[A-Z]", "*": "[A-Za-z0-9]"}


def limits_of(part: Part, question: Question) -> dict[str, Any]:
    """The keys of our format that bound an answer."""
    validate = part.inner("validate")
    match question.type:
        case "text" | "longtext":
            keys = _text(part, validate, question)
        case "integer" | "decimal":
            keys = _number(part, validate)
            if question.type == "decimal":
                usual = 2 if part.get("type") == "currency" else None
                keys["decimals"] = part.whole("decimalLimit") or usual
        case "multichoice":
            keys = {key: validate.whole(f"{key}SelectedCount") for key in ("min", "max")}
        case "date":
            keys = _days(part, question)
        case "year_month":
            years = {
                "min": (validate.whole("minYear"), "01"),
                "max": (validate.whole("maxYear"), "12"),
            }
            keys = {key: f'"{year:04}-{month}"' for key, (year, month) in years.items() if year}
        case _:
            keys = {}
    return {key: value for key, value in keys.items() if value is not None}


def _usual(part: Part) -> dict[str, Any]:
    """The pattern that a kind of component has anyway."""
    known = mapping(dialect().get(part.text("type")))
    keys = dict(mapping(known.get("keys")))
    if "pattern" in keys:
        keys["pattern_hint"] = said(mapping(known.get("hint")), part.language)
    return keys


def _text(part: Part, validate: Part, question: Question) -> dict[str, Any]:
    keys = _usual(part)
    # Nothing may be shorter than its own pattern wants.
    usual = keys.get("max_length") or (UNLIMITED if question.type == "text" else LONG)
    keys |= {
        "max_length": validate.whole("maxLength") or usual,
        "min_length": validate.whole("minLength"),
    }
    pattern, mask = validate.get("pattern"), part.text("inputMask")
    if not pattern and mask and "pattern" not in keys:
        pattern = "^" + "".join(_MASK.get(c, re.escape(c)) for c in mask) + "$"
    if pattern:
        hint = part.said(validate.line("patternMessage") or validate.line("customMessage"))
        keys |= pattern_keys(pattern, question.label, question.path, part.losses, hint or None)
    if validate.flag("digitsOnly") and "pattern" not in keys:
        keys |= {"pattern": "[0-9]+", "pattern_hint": part.said("0-9")}
    for key, op, phrase in (("maxWords", "<=", "words"), ("minWords", ">=", "form")):
        count = validate.whole(key)
        if count:
            must = tree.Compare(op, tree.Apply("words", (OWN,)), constant(count))
            part.check(question, Condition(must, f"words {op} {count}"), phrase, most=count)
    return keys


def _number(part: Part, validate: Part) -> dict[str, Any]:
    unit = part.line("suffix") or part.line("prefix")
    if part.get("type") == "currency":
        unit = part.text("currency").upper() or unit
    low, high = validate.number("min"), validate.number("max")
    return {
        "min": low if low is not None else validate.whole("minYear"),
        "max": high if high is not None else validate.whole("maxYear"),
        "unit": part.said(unit) or None,
    }


def _days(part: Part, question: Question) -> dict[str, Any]:
    before = part.text("beforeDateInputKey")
    low = _bounds(part, "earliestAllowedDate", "specificEarliestAllowedDate", "minDate")
    high = _bounds(part, "latestAllowedDate", "specificLatestAllowedDate", "maxDate")
    if before:
        other, equal = tree.Ref(tuple(before.split(".")), "near"), part.flag("mayBeEqual")
        # Neither date given is no fault.
        later = tree.Compare(">=" if equal else ">", OWN, other)
        must = tree.AnyOf((tree.Compare("=", other, tree.NOTHING), later))
        told = Condition(must, f"beforeDateInputKey: {before}")
        name = before.rpartition(".")[2]
        part.check(question, told, "date_from" if equal else "date_after", other=name)
    return {
        "min": f"max({', '.join(low)})" if len(low) > 1 else low[0] if low else None,
        "max": f"min({', '.join(high)})" if len(high) > 1 else high[0] if high else None,
    }


def _bounds(part: Part, relative: str, *fixed: str) -> list[str]:
    """Limits of a date in FEEL: days from today, a day."""
    found = []
    days = part.number(relative)
    if days is not None and days == int(days):
        sign = "+" if days >= 0 else "-"
        found.append(f'today {sign} duration("P{abs(int(days))}D")' if days else "today")
    for key in fixed:
        told = part.get(key) or part.map("datePicker").get(key)
        text = text_of(told)[:10]
        try:
            found += [f'@"{date.fromisoformat(text)}"'] if text else []
        except ValueError:
            part.lost(key, "is no day", told)
    return found
