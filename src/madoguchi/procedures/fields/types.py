"""The types of answers. One entry is everything the engine knows about one type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from madoguchi import feel
from madoguchi.procedures.fields import (
    display,
    parse_choices,
    parse_dates,
    parse_numbers,
    parse_text,
    schema,
)
from madoguchi.procedures.fields.field import Field


@dataclass(frozen=True)
class AnswerType:
    """How one type of answer is typed in, computed with, stored and shown.

    `parse(field, raw)` gives the value or raises InputFault; `schema(field)` the JSON Schema of
    the stored value; `display(field, value, language)` the text people read; `keys` the keys of a
    FieldSpec that mean something for it.
    """

    kind: feel.Type
    parse: Callable[[Field, object], object]
    schema: Callable[[Field], dict[str, object]]
    display: Callable[[Field, object, str], str]
    keys: frozenset[str] = frozenset()


_LIMITS = frozenset({"min", "max"})
_TEXT = frozenset({"min_length", "max_length", "pattern", "pattern_hint", "characters"})

TYPES: Mapping[str, AnswerType] = {
    "text": AnswerType(feel.STRING, parse_text.text, schema.text, display.text, _TEXT),
    "longtext": AnswerType(feel.STRING, parse_text.longtext, schema.text, display.text, _TEXT),
    "email": AnswerType(feel.STRING, parse_text.email, schema.email, display.text),
    "telephone": AnswerType(feel.STRING, parse_text.telephone, schema.telephone, display.telephone),
    "postal_code": AnswerType(
        feel.STRING, parse_text.postal_code, schema.postal_code, display.postal_code
    ),
    "corporate_number": AnswerType(
        feel.STRING, parse_text.corporate_number, schema.corporate_number, display.text
    ),
    "integer": AnswerType(
        feel.NUMBER, parse_numbers.integer, schema.integer, display.number, _LIMITS | {"unit"}
    ),
    "decimal": AnswerType(
        feel.NUMBER,
        parse_numbers.decimal,
        schema.decimal,
        display.number,
        _LIMITS | {"unit", "decimals"},
    ),
    "money": AnswerType(feel.NUMBER, parse_numbers.money, schema.integer, display.money, _LIMITS),
    "date": AnswerType(feel.DATE, parse_dates.day, schema.day, display.day, _LIMITS),
    "time": AnswerType(feel.TIME, parse_dates.clock, schema.clock, display.clock, _LIMITS),
    "datetime": AnswerType(
        feel.DATE_TIME, parse_dates.moment, schema.moment, display.moment, _LIMITS
    ),
    "duration": AnswerType(
        feel.DAYS_DURATION, parse_dates.duration, schema.duration, display.duration, _LIMITS
    ),
    "year_month": AnswerType(
        feel.STRING, parse_dates.year_month, schema.year_month, display.year_month, _LIMITS
    ),
    "fiscal_year": AnswerType(
        feel.NUMBER, parse_dates.fiscal_year, schema.integer, display.fiscal_year, _LIMITS
    ),
    "boolean": AnswerType(feel.BOOLEAN, parse_choices.boolean, schema.boolean, display.boolean),
    "checkbox": AnswerType(feel.BOOLEAN, parse_choices.boolean, schema.boolean, display.boolean),
    "pledge": AnswerType(
        feel.BOOLEAN, parse_choices.pledge, schema.pledge, display.pledge, frozenset({"statement"})
    ),
    "choice": AnswerType(
        feel.STRING, parse_choices.choice, schema.choice, display.choice, frozenset({"options"})
    ),
    "multichoice": AnswerType(
        feel.ListType(feel.STRING),
        parse_choices.multichoice,
        schema.multichoice,
        display.multichoice,
        _LIMITS | {"options"},
    ),
    "points": AnswerType(
        feel.ListType(feel.STRING), parse_choices.points, schema.points, display.points
    ),
}

# These have their own way through evaluation: parts, rows, files, register entries, no answer at all.
STRUCTURED: Mapping[str, frozenset[str]] = {
    "corporation": frozenset({"number", "parts"}),
    "person": frozenset({"parts"}),
    "address": frozenset({"parts"}),
    "bank_account": frozenset({"parts"}),
    "table": frozenset({"columns", "item"}) | _LIMITS,
    "file": frozenset({"accept", "max_mb"}),
    "entry": frozenset({"register_name"}),
    "note": frozenset({"text", "tone"}),
}
COMPOSITE = frozenset({"corporation", "person", "address", "bank_account"})
FILE = feel.ContextType(
    {"name": feel.STRING, "size": feel.NUMBER, "type": feel.STRING, "sha256": feel.STRING}
)
