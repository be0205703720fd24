"""XGov's components to questions, tables and texts (部品の読取)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.importers.expression import (
    OWN,
    AnyOf,
    Apply,
    Compare,
    Const,
    Member,
    Not,
    constant,
)
from madoguchi.procedures.importers.files import accepted
from madoguchi.procedures.importers.form import Condition, Group, Node, Note, Question, Table
from madoguchi.procedures.importers.part import EMPTY, Part, as_rows, option
from madoguchi.procedures.importers.patterns import pattern_keys
from madoguchi.procedures.importers.rich_text import parsed

CHARACTERS_A_WORD = 12
_LONG, _UNLIMITED = 4000, 1000
# What is carried over, or is only about looks, or about how the old platform kept the answer.
_KNOWN = frozenset(
    "classes hideTitle exposeToContext showNoScriptWarning disableChangingFromSummary optionalText rows "
    "autocomplete columnTitles isInline allow hideFromSummary customValidation bold textFieldTitle "
    "required maxWords prefix suffix dropzoneConfig minimumRequiredFiles condition behaviour "
    "behaviourItemValue divider customValidationMessage min max precision numberedList pattern".split()
)
# Key, what it is called in English and in Welsh, whether it has to be given.
_ADDRESS = (
    ("addressLine1", "Address line 1", "Llinell gyfeiriad 1", True),
    ("addressLine2", "Address line 2 (optional)", "Llinell gyfeiriad 2 (dewisol)", False),
    ("town", "Town or city", "Tref neu ddinas", True),
    ("county", "County (optional)", "Sir (dewisol)", False),
    ("postcode", "Postcode", "Cod post", True),
)
_POSTCODE = "[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}"


@dataclass(frozen=True)
class Source:
    """What the components of a form refer to by name."""

    lists: Mapping[str, Part]
    conditions: Mapping[str, Condition]


Reader = Callable[[Source, Part, str], Node | None]


def node_of(source: Source, around: Part, page: str) -> Node | None:
    """The node of a component on a page of this title; None when it shows nothing."""
    kind = around.text("type")
    part = Part(around.form, around.raw, (*around.path, around.text("name") or kind))
    node = _READERS.get(kind, _unknown)(source, part, page)
    for key, value in part.map("options").items():
        if key not in _KNOWN and value not in EMPTY:
            part.lost(f"option “{key}”", "has no counterpart", value)
    condition = part.inner("options").text("condition")
    if node is not None and condition:
        node.relevant = source.conditions.get(condition)
        if node.relevant is None:
            part.lost("condition", "is not among the conditions", condition)
    return node


def _unknown(source: Source, part: Part, page: str) -> Node | None:
    what = f"component “{part.text('type')}”"
    if part.get("content"):
        part.changed(what, "is not known; its text is shown", part.raw)
        return _note(part)
    if not part.get("title") and not part.get("name"):
        part.lost(what, "is not known and says nothing", part.raw)
        return None
    part.lost(what, "is not known; asked as text", part.raw)
    return _question(part, page, "text", max_length=_UNLIMITED)


def _question(part: Part, page: str, kind: str, **keys: object) -> Question:
    """A question with what all have in common."""
    title = part.line("title") or part.line("hint") or page
    told = part.plain("hint")
    if title and told.startswith(title):  # the hint often says the title again, as a label
        told = told[len(title) :].strip()
    return Question(
        part.path,
        {part.language: title[:500]},
        help=part.said(told if told != title else "") or None,
        type=kind,
        keys={key: value for key, value in keys.items() if value is not None},
        required=part.inner("options").flag("required", default=True),
    )


def _note(part: Part, tone: str = "plain") -> Node | None:
    """A text; a heading it begins with stands over what follows, as a group without parts."""
    found = parsed(part.get("content"))
    for gone in found.gone:
        part.lost(f"element <{gone}>", "cannot be shown in a text")
    title = part.line("title") if part.get("type") == "Details" else ""
    text = "\n\n".join(words for words in (title, found.text) if words)
    notes: list[Node] = [Note(part.path, {}, text=part.said(text), tone=tone)] if text else []
    if found.heading:
        return Group(part.path, part.said(found.heading[:200]), parts=notes)
    return notes[0] if notes else None


def _text(source: Source, part: Part, page: str) -> Node:
    schema = part.inner("schema")
    longest = schema.whole("max") or schema.whole("length") or _UNLIMITED
    least = schema.whole("min") or schema.whole("length")
    question = _question(part, page, "text", max_length=longest, min_length=least)
    question.keys |= pattern_keys(schema.get("regex"), question.label, part.path, part.losses)
    return question


def _longtext(source: Source, part: Part, page: str) -> Node:
    words = part.inner("options").whole("maxWords")
    usual = words * CHARACTERS_A_WORD if words else _LONG
    longest = part.inner("schema").whole("max") or usual
    question = _question(part, page, "longtext", max_length=longest)
    if words:
        must = Compare("<=", Apply("words", (OWN,)), constant(words))
        part.check(question, Condition(must, f"maxWords: {words}"), "words", most=words)
    return question


def _number(source: Source, part: Part, page: str) -> Node:
    options, schema = part.inner("options"), part.inner("schema")
    places = schema.whole("precision")
    integer = schema.flag("integer") or places == 0
    unit = part.said(" ".join(options.text(key) for key in ("prefix", "suffix")).strip()) or None
    keys = {"min": schema.number("min"), "max": schema.number("max")}
    if integer:
        return _question(part, page, "integer", **keys, unit=unit)
    return _question(part, page, "decimal", **keys, decimals=places, unit=unit)


def _choice(kind: str) -> Reader:
    def read(source: Source, part: Part, page: str) -> Node:
        options = _options(source, part)
        if not options:
            part.lost("list", "is empty or missing; asked as text")
            return _question(part, page, "text", max_length=_UNLIMITED)
        question = _question(part, page, kind, options=options)
        chosen = part.inner("options")
        only = chosen.text("behaviourItemValue")
        if chosen.get("behaviour") == "exclusive" and only:  # a box that goes with no other
            alone = Compare("=", Apply("length", (OWN,)), constant(1))
            must = AnyOf((Not(Member(Const(only), OWN)), alone))
            part.check(question, Condition(must, f"exclusive: {only}"))
        return question

    return read


def _options(source: Source, part: Part) -> dict[str, Any]:
    """The options of the list a component names, or that stand in it."""
    found = source.lists.get(part.text("list"), part)
    options: dict[str, Any] = {}
    for item in (found if found.get("items") else part.inner("values")).each("items"):
        key = item.text("value") or item.text("text")
        if not key:
            continue
        known = key in options
        told = item.plain("description") or item.plain("hint")
        option(part, options, item.raw, key, item.line("text") or key, told)
        if item.get("condition") and not known:
            part.lost(f"option “{key}”", "is shown on a condition", item.raw)
    return options


def _simple(kind: str, pattern: str = "", hint: str = "", longest: int | None = None) -> Reader:
    """A question of a type of ours, or a text of a pattern."""

    def read(source: Source, part: Part, page: str) -> Node:
        shaped = {"pattern": pattern, "pattern_hint": part.said(hint)} if pattern else {}
        return _question(part, page, kind, max_length=longest, **shaped)

    return read


def _address(source: Source, part: Part, page: str) -> Node:
    whole = _question(part, page, "text")
    parts: list[Node] = []
    for key, english, welsh, required in _ADDRESS:
        keys: dict[str, object] = {"max_length": 200}
        if key == "postcode":
            keys |= {"pattern": _POSTCODE, "pattern_hint": part.said("SW1A 2AA")}
        label = part.said(welsh if part.language == "cy" else english)
        demanded = required and bool(whole.required)
        parts.append(Question((*part.path, key), label, keys=keys, required=demanded))
    return Group(part.path, whole.label, help=whole.help, parts=parts, holds=True)


def _files(source: Source, part: Part, page: str) -> Node:
    options = part.inner("options")
    zone, least = options.inner("dropzoneConfig"), options.whole("minimumRequiredFiles")
    keys = accepted(zone.text("acceptedFiles"), zone.number("maxFilesize"), part)
    question = _question(part, page, "file", **keys)
    question.required = bool(question.required) and least != 0
    most = zone.whole("maxFiles") or options.whole("maxFiles") or 1
    if most < 2 and not options.get("multiple"):
        return question
    return as_rows(question, "file", least or None, most if most > 1 else None)


def _rows(source: Source, part: Part, page: str) -> Node:
    """Several answers that are given again and again."""
    whole = _question(part, page, "text")
    found = [node_of(source, child, page) for child in part.each("children")]
    parts = [node for node in found if node is not None]
    if not parts:
        part.lost("rows", "have no columns; asked as text", part.raw)
        whole.keys["max_length"] = _UNLIMITED
        return whole
    return Table(part.path, whole.label, help=whole.help, parts=parts, required=whole.required)


def _shown(tone: str) -> Reader:
    return lambda source, part, page: _note(part, tone)


def _list(source: Source, part: Part, page: str) -> Node | None:
    found = source.lists.get(part.text("list"))
    lines = [f"• {item.line('text')}" for item in (found.each("items") if found else ())]
    text = "\n".join(line for line in (part.line("title"), *lines) if line)
    return Note(part.path, {}, text=part.said(text), tone="plain") if text else None


_READERS: Mapping[str, Reader] = {
    "TextField": _text,
    "MultilineTextField": _longtext,
    "FreeTextField": _longtext,
    "NumberField": _number,
    "YesNoField": _simple("boolean"),
    "RadiosField": _choice("choice"),
    "SelectField": _choice("choice"),
    "AutocompleteField": _choice("choice"),
    "CheckboxesField": _choice("multichoice"),
    "DateField": _simple("date"),
    "DatePartsField": _simple("date"),
    "DatePickerField": _simple("date"),
    "MonthYearField": _simple("year_month"),
    "TimeField": _simple("time"),
    "DateTimeField": _simple("datetime"),
    "DateTimePartsField": _simple("datetime"),
    "EmailAddressField": _simple("email"),
    "TelephoneNumberField": _simple("text", r"\+?[0-9 ()-]{7,20}", "020 7946 0018", 30),
    "WebsiteField": _simple("text", r"(https?://|www\.)\S+", "https://www.gov.uk", 2000),
    "UkAddressField": _address,
    "FileUploadField": _files,
    "ClientSideFileUploadField": _files,
    "MultiInputField": _rows,
    "Para": _shown("plain"),
    "Html": _shown("plain"),
    "Details": _shown("plain"),
    "InsetText": _shown("info"),
    "WarningText": _shown("warning"),
    "List": _list,
}
