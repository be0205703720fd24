"""One object of a foreign form as it is read (様式の部品): what it says, where, and in which form.

Foreign JSON is read leniently: the wrong type is as good as nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.form import Check, Condition, Form, Path, Question, Table
from madoguchi.procedures.importers.losses import Losses
from madoguchi.procedures.importers.phrases import phrase
from madoguchi.procedures.importers.reading import listed, mapping, number, text_of, truth, whole
from madoguchi.procedures.importers.rich_text import one_line, plain

EMPTY: tuple[object, ...] = (None, "", False, [], {})


@dataclass(frozen=True)
class Part:
    """An object of the source; `path` is where its answer stands."""

    form: Form
    raw: Mapping[str, Any]
    path: Path = ()

    @property
    def language(self) -> str:
        """The language of the form."""
        return self.form.language

    @property
    def losses(self) -> Losses:
        """What could not be carried over of the form."""
        return self.form.losses

    @property
    def where(self) -> str:
        """Its path as one text."""
        return ".".join(self.path)

    def lost(self, what: str, why: str, original: object = "") -> None:
        """Something of it that is not in the package."""
        self.losses.lost(self.where, what, why, original)

    def changed(self, what: str, why: str, original: object = "") -> None:
        """Something of it that is in the package in another shape."""
        self.losses.changed(self.where, what, why, original)

    def get(self, key: str) -> Any:
        """What it has at a key, whatever that is."""
        return self.raw.get(key)

    def map(self, key: str) -> Mapping[str, Any]:
        """The object at a key."""
        return mapping(self.raw.get(key))

    def inner(self, key: str) -> "Part":
        """The object at a key, as a part that stands at the same place."""
        return Part(self.form, self.map(key), self.path)

    def each(self, key: str) -> Iterator["Part"]:
        """The objects of the list at a key, as parts that stand at the same place."""
        return (Part(self.form, mapping(item), self.path) for item in listed(self.get(key)))

    def text(self, key: str) -> str:
        """The text at a key; numbers as their digits."""
        return text_of(self.raw.get(key))

    def line(self, key: str) -> str:
        """The text at a key without markup, in one line."""
        return one_line(self.raw.get(key))

    def plain(self, key: str) -> str:
        """The text at a key without markup."""
        return plain(self.raw.get(key))

    def flag(self, key: str, default: bool = False) -> bool:
        """The truth at a key, which may have been written as text."""
        return truth(self.raw.get(key), default=default)

    def number(self, key: str) -> Decimal | None:
        """The number at a key, which may have been written as text."""
        return number(self.raw.get(key))

    def whole(self, key: str) -> int | None:
        """The whole number at a key, zero or more."""
        return whole(self.raw.get(key))

    def said(self, text: str) -> Text:
        """A text in the form's language; none when it is empty."""
        return {self.language: text} if text else {}

    def check(self, question: Question, must: Condition, key: str = "demand", **told: Any) -> None:
        """Demand something of an answer, with one of our phrases as the message."""
        message = phrase(key, question.label, **told)
        self.form.checks.append(Check(question.path, must, message))


def option(
    part: Part, options: dict[str, Any], item: object, key: str, label: str, help_text: str
) -> None:
    """Add an option to choose from; one whose value is taken is told."""
    if key in options:
        part.lost("option", "has the value of another", item)
        return
    text = {part.language: label}
    options[key] = {"label": text, "help": {part.language: help_text}} if help_text else text


def as_rows(
    question: Question, name: str, least: int | None = None, most: int | None = None
) -> Table:
    """A question that is answered several times: one answer a row."""
    column = Question(
        (*question.path, name),
        question.label,
        type=question.type,
        keys=question.keys,
        required=True,
    )
    return Table(
        question.path,
        question.label,
        help=question.help,
        parts=[column],
        least=least,
        most=most,
        required=question.required,
    )
