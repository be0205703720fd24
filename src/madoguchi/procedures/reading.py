"""Reading answers: from what was typed to typed values, phase one of an evaluation.

The first phase gives every relevant field its value, in the package's order. Whether something is
missing or out of bounds is judged in the second phase, when all values are known.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from madoguchi.kernel.japanese import (
    JapaneseInputError,
    day_and_clock,
    format_duration,
    format_time,
    format_wareki,
)
from madoguchi.kernel.language import pick
from madoguchi.procedures.evaluation import FileRef
from madoguchi.procedures.fields.answer import is_blank
from madoguchi.procedures.fields.field import Fault, Field, InputFault
from madoguchi.procedures.fields.messages import message
from madoguchi.procedures.fields.parse_text import unusual_characters
from madoguchi.procedures.fields.types import TYPES
from madoguchi.procedures.package.scope import Environment

MOST_ROWS = 20_000
_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_TEXTS = ("text", "longtext")
_LISTS = ("table", "multichoice")
Values = dict[str, object]


class Answered(NamedTuple):
    """A relevant question with its value: what phase two judges. `row` holds the row's values."""

    field: Field
    pointer: str
    value: object
    row: Values | None


@dataclass
class Reader:
    """Collects values, faults and pointers while answers are read."""

    environment: Environment
    attached: Mapping[str, Sequence[FileRef]]
    faults: list[Fault] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    relevant: set[str] = field(default_factory=set)
    calculated: set[str] = field(default_factory=set)

    def read(
        self,
        question: Field,
        raw: object,
        pointer: str,
        context: Mapping[str, object],
        row: Values | None,
    ) -> object:
        """The value of one field, None when it is not relevant, not answered or not understood."""
        if question.relevant is not None and question.relevant(context) is not True:
            return None
        self.relevant.add(pointer)
        if question.calculate is not None:
            self.calculated.add(pointer)
            value = settled(question, question.calculate(context))
            self.answered.append(Answered(question, pointer, value, row))
        else:
            # The place is kept: parts and rows are judged after what they belong to.
            place = len(self.answered)
            value = self._typed(question, self._source(question, raw, context), pointer, context)
            self.answered.insert(place, Answered(question, pointer, value, row))
        # Nothing chosen is an empty list to the rules, so that they may count it.
        return [] if value is None and question.type in _LISTS else value

    def fault(self, question: Field, pointer: str, code: str, **params: object) -> None:
        """Note a fault of a field, in the words of `fields.messages`."""
        severity = "warning" if code.endswith("-warning") else "error"
        self.faults.append(
            Fault(pointer, code, message(code, label=dict(question.label), **params), severity)
        )

    def _source(self, question: Field, raw: object, context: Mapping[str, object]) -> object:
        """A read-only field takes what is known of the applicant, whatever was sent for it."""
        if not question.spec.readonly or (self.environment.filed and not is_blank(raw)):
            return raw
        for rule in (question.prefill, question.default):
            known = rule(context) if rule is not None else None
            if known is not None:
                return known
        # Nothing is known: the person has to say it, and it is checked like any answer.
        return raw

    def _typed(
        self, question: Field, raw: object, pointer: str, context: Mapping[str, object]
    ) -> object:
        match question.type:
            case "note":
                return None
            case "file":
                files = self.attached.get(pointer) or ()
                return vars(files[0]) if files else None
        if question.parts:
            return self._parts(question, {} if is_blank(raw) else raw, pointer, context)
        if is_blank(raw):
            # A box that is asked and not ticked says no.
            return False if question.type == "checkbox" else None
        if question.type == "table":
            return self._rows(question, raw, pointer, context)
        if question.type == "entry":
            return self._entry(question, raw, pointer)
        return self._leaf(question, raw, pointer)

    def _leaf(self, question: Field, raw: object, pointer: str) -> object:
        try:
            value = TYPES[question.type].parse(question, raw)
        except InputFault as fault:
            self.fault(question, pointer, fault.code, **fault.params)
            return None
        except JapaneseInputError as fault:
            self.faults.append(Fault(pointer, fault.code, labelled(question, fault.message)))
            return None
        if question.type in _TEXTS and isinstance(value, str):
            unusual = unusual_characters(value)
            if unusual:
                self.fault(question, pointer, "characters-warning", characters=unusual[:20])
        return None if value == "" or value == [] else value

    def _parts(
        self, question: Field, raw: object, pointer: str, context: Mapping[str, object]
    ) -> Values | None:
        if not isinstance(raw, Mapping):
            self.fault(question, pointer, "wrong-type")
            return None
        result: Values = {}
        for name, part in question.parts.items():
            value = self.read(part, raw.get(name), f"{pointer}/{name}", context, None)
            if value is not None:
                result[name] = value
        return result or None

    def _entry(self, question: Field, raw: object, pointer: str) -> object:
        chosen = raw.get("id") if isinstance(raw, Mapping) else raw
        entry = self.environment.entries.get(str(chosen))
        if entry is None or entry.get("register") != question.spec.register_name:
            self.fault(question, pointer, "not-entry")
            return None
        return dict(entry)

    def _rows(
        self, question: Field, raw: object, pointer: str, context: Mapping[str, object]
    ) -> list[Values] | None:
        if not isinstance(raw, list) or any(not isinstance(item, Mapping) for item in raw):
            self.fault(question, pointer, "wrong-type")
            return None
        if len(raw) > MOST_ROWS:
            self.fault(question, pointer, "too-many-rows", max=MOST_ROWS)
            return None
        rows: list[Values] = []
        seen: set[str] = set()
        for index, item in enumerate(raw):
            if is_blank(item):
                continue
            name = str(item.get("row") or f"r{index + 1}")
            if name in seen or not _ROW_ID.match(name):
                self.fault(question, pointer, "duplicate-row", row=name[:40])
                continue
            seen.add(name)
            rows.append(self._row(question, item, f"{pointer}/{name}", name, context))
        return rows or None

    def _row(
        self,
        question: Field,
        item: Mapping[str, object],
        pointer: str,
        name: str,
        context: Mapping[str, object],
    ) -> Values:
        row: Values = {"row": name, **dict.fromkeys(question.columns)}
        inner = {**context, **row}
        for column in question.column_order:
            inner[column] = row[column] = self.read(
                question.columns[column], item.get(column), f"{pointer}/{column}", inner, row
            )
        return row


def settled(question: Field, value: object) -> object:
    """A calculated value in the form the field stores.

    Yen below one are cut off (国等の債権債務等の金額の端数計算に関する法律 第2条); quantities are
    rounded half up to the field's decimals.
    """
    if not isinstance(value, Decimal):
        return value
    if not value.is_finite():
        return None
    if question.type in ("integer", "money", "fiscal_year"):
        return value.quantize(Decimal(1), ROUND_DOWN) if value.adjusted() < 30 else None
    places = 3 if question.spec.decimals is None else question.spec.decimals
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places and value.adjusted() < 20:
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return value


def labelled(question: Field, text: Mapping[str, str]) -> dict[str, str]:
    """A message of the text parsers with the question it belongs to."""
    before = {"ja": "「{}」:", "en": "“{}”: "}
    return {
        language: before[language].format(pick(question.label, language)) + said
        for language, said in text.items()
        if language in before
    }


def _moment_text(limit: datetime | time | timedelta, language: str) -> str:
    if isinstance(limit, timedelta):
        return format_duration(limit, language)
    if isinstance(limit, time):
        return format_time(limit, language)
    day, clock = day_and_clock(limit)
    shown = format_wareki(day) if language == "ja" else day.isoformat()
    return f"{shown} {format_time(clock, language)}"


def shown_limit(limit: object) -> object:
    """A limit as it stands in a message."""
    if isinstance(limit, datetime | time | timedelta):
        return {language: _moment_text(limit, language) for language in ("ja", "en")}
    if isinstance(limit, date):
        return {"ja": f"{limit.year}年{limit.month}月{limit.day}日", "en": limit.isoformat()}
    if isinstance(limit, Decimal):
        return f"{limit.normalize():,f}"
    return limit
