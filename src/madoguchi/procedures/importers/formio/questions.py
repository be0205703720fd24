"""Form.io's inputs to questions (入力部品の読取): type, options, calculation, checks, default."""

import re
from collections.abc import Mapping
from decimal import Decimal

from madoguchi.feel.printer import printed
from madoguchi.feel.syntax import Literal
from madoguchi.procedures.importers import expression as tree
from madoguchi.procedures.importers.expression import Untranslatable
from madoguchi.procedures.importers.form import Check, Condition, Question
from madoguchi.procedures.importers.formio.choices import options_of
from madoguchi.procedures.importers.formio.conditions import logical, required_when, scripted
from madoguchi.procedures.importers.formio.dialect import dialect
from madoguchi.procedures.importers.formio.limits import TEXTS, limits_of
from madoguchi.procedures.importers.javascript import script
from madoguchi.procedures.importers.part import EMPTY, Part
from madoguchi.procedures.importers.phrases import phrase
from madoguchi.procedures.importers.reading import mapping, number, text_of

_PLATFORM = re.compile(r"^\s*valid\s*=\s*(instance|component)\.\w+\([^;]*\)\s*;?\s*$")
_TITLED = ("panel", "navSkjemagruppe", "fieldset")


def question_of(part: Part) -> Question:
    """The question of an input component."""
    known = mapping(dialect().get(part.text("type")))
    question = Question(
        part.path, part.said(label_of(part) or part.path[-1]), help=help_of(part), type=_type(part)
    )
    question.required = required_when(part)
    if question.type in ("choice", "multichoice"):
        _choose(part, question)
    question.keys |= limits_of(part, question)
    for weights in known.get("digits", ()):
        told = tree.Const(",".join(map(str, weights)))
        digits = Condition(tree.Apply("digits", (tree.OWN, told)), f"check digits {told.value}")
        part.check(question, digits, "check_digits")
    _calculated(part, question)
    _custom_checks(part, question)
    _default(part, question)
    if question.type == "checkbox" and question.required is True:
        question.type = "pledge"  # a box that must be ticked
    return question


def label_of(part: Part) -> str:
    """What a component is called."""
    titled = part.get("type") in _TITLED
    keys = ("title", "legend", "label") if titled else ("label", "title", "legend", "placeholder")
    return next((found for key in keys if (found := part.line(key))), "")[:500]


def help_of(part: Part) -> dict[str, str] | None:
    """Its description, tooltip and what was to be unfolded."""
    more = [part.line("additionalDescriptionLabel"), part.plain("additionalDescriptionText")]
    texts = [part.plain("description"), part.plain("tooltip"), "\n".join(t for t in more if t)]
    kept = [text for text in dict.fromkeys(texts) if text not in ("", label_of(part))]
    return part.said("\n\n".join(kept)) or None


def _type(part: Part) -> str:
    """Our type."""
    kind, validate = part.text("type"), part.inner("validate")
    found = str(mapping(dialect().get(kind)).get("type") or "text")
    if found == "decimal":
        whole = part.get("inputType") == "numeric" or validate.flag("integer")
        stepped = validate.number("step") == 1 or part.whole("decimalLimit") == 0
        return "integer" if whole or stepped else "decimal"
    if found == "choice" and part.flag("multiple"):
        return "multichoice"
    if kind == "datetime" and not part.flag("enableTime", default=True):
        return "date"
    if kind == "datetime":
        return "datetime" if part.flag("enableDate", default=True) else "time"
    if kind == "day" and part.inner("fields").inner("day").flag("hide"):
        return "year_month"
    return found


def _choose(part: Part, question: Question) -> None:
    options = options_of(part)
    if options:
        question.keys["options"] = options
        # An answer may have been an object of value and label.
        question.members = frozenset(("value",)) if question.type == "choice" else frozenset()
    else:
        part.lost("options", "there are none; asked as text", part.get("data"))
        question.type, question.members = "text", frozenset(("value", "label"))
    if "list" in mapping(dialect().get(part.text("type"))):
        why = "come from a service there, from the Unicode CLDR here"
        part.changed("options", why, part.get("data"))


def _calculated(part: Part, question: Question) -> None:
    given = part.get("calculateValue")
    if isinstance(given, str) and given.strip():
        question.calculate = scripted(part, given, "value")
    elif isinstance(given, Mapping) and given:
        question.calculate = logical(part, given)
    if question.calculate is not None and part.flag("allowCalculateOverride"):
        part.changed("calculation", "could be overtyped; here it cannot")


def _custom_checks(part: Part, question: Question) -> None:
    validate, kind = part.inner("validate"), part.text("type")
    custom = validate.text("custom").strip()
    if custom and _PLATFORM.match(custom):
        if "keys" not in mapping(dialect().get(kind)) and kind != "navDatepicker":
            part.lost("validation", "is a function of the platform", custom)
    elif custom:
        _scripted_check(part, question, custom)
    if validate.get("json"):
        condition = logical(part, validate.get("json"))
        if condition is not None:
            _check(part, question, condition, validate.line("customMessage"))
    if part.flag("unique"):
        part.lost("validation", "“unique” compares with all filings")


def _scripted_check(part: Part, question: Question, custom: str) -> None:
    """`valid = condition ? true : "message"`."""
    try:
        found: tree.Expression = script(custom, "valid")
    except (Untranslatable, RecursionError) as fault:
        part.losses.no_rule(part.where, fault, custom, "validation")
        return
    message = ""
    match found:
        case tree.Choose(condition, tree.Const(True), tree.Const(words)):
            found, message = condition, text_of(words)
        case tree.Choose(condition, tree.Const(words), tree.Const(True)):
            found, message = tree.Not(condition), text_of(words)
    _check(part, question, Condition(found, custom), message)


def _check(part: Part, question: Question, condition: Condition, message: str) -> None:
    text = part.said(message) or phrase("form", question.label)
    part.form.checks.append(Check(question.path, condition, text))


def _default(part: Part, question: Question) -> None:
    value = part.get("defaultValue")
    if value in EMPTY or question.calculate is not None:
        return
    rule: object = None
    if question.type == "boolean" and isinstance(value, bool):
        rule = value
    elif question.type in ("integer", "decimal"):
        rule = number(value)
    elif question.type == "choice" and text_of(value) in question.keys.get("options", {}):
        rule = text_of(value)
    elif question.type in TEXTS and isinstance(value, str):
        rule = value
    if rule is not None:
        question.keys["default"] = (
            f"{rule:f}" if isinstance(rule, Decimal) else printed(Literal(rule))
        )
    elif not (isinstance(value, Mapping) and not any(value.values())):
        part.lost("default", "has no counterpart", value)
