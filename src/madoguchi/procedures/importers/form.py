"""The form between its source and our package (中間の様式): pages, groups, questions, tables.

Readers of every kind make it, `writing` flattens it. Conditions are trees whose paths are those of
the source; they are resolved when all questions are known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.expression import Expression
from madoguchi.procedures.importers.losses import Losses

Path = tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition with the text it was written as, for the report when it cannot be carried over."""

    tree: Expression
    original: str


@dataclass(eq=False)
class Node:
    """What every part of a form has: where it stood in the source, and when it is asked."""

    path: Path
    label: Text
    relevant: Condition | None = None
    help: Text | None = None

    @property
    def source(self) -> str:
        """Its path as one text."""
        return ".".join(self.path)

    @property
    def said(self) -> str:
        """Its label in the first language that has one."""
        return next((text for text in self.label.values() if text), "")

    @property
    def where(self) -> str:
        """Its place as the report names it."""
        named = f"{self.source} “{self.said[:60]}”" if self.said and self.source else ""
        return named or self.source or self.said[:60] or "the form"


@dataclass(eq=False)
class Question(Node):
    """One answer. `keys` are keys of our format as they are written (options, unit, pattern …).

    `required` may be a condition. `limits`: min and max as FEEL, about no other field. `member`:
    paths below that mean this answer or a part of it ("value" of an object, keys of tick boxes).
    """

    type: str = "text"
    keys: dict[str, Any] = field(default_factory=dict)
    required: bool | Condition = False
    calculate: Condition | None = None
    members: frozenset[str] = frozenset()


@dataclass(eq=False)
class Note(Node):
    """A text that is shown; `tone` info, warning or plain."""

    text: Text = field(default_factory=dict)
    tone: str = "info"


@dataclass(eq=False)
class Group(Node):
    """Parts that belong together; with a label they stand under a heading.

    `given`: questions within are required only when one of them is answered. `holds`: in the
    source its answers lie in an object of its own, at its path.
    """

    parts: list[Node] = field(default_factory=list)
    given: bool = False
    holds: bool = False


@dataclass(eq=False)
class Table(Node):
    """Rows of answers. `least` and `most`: how many rows; `item`: what one row is called."""

    parts: list[Node] = field(default_factory=list)
    least: int | None = None
    most: int | None = None
    item: Text | None = None
    required: bool | Condition = False


@dataclass(eq=False)
class Page(Node):
    """One page; `key` names it for conditions that ask whether it is shown."""

    key: str = ""
    parts: list[Node] = field(default_factory=list)


@dataclass
class Check:
    """A demand on an answer; `own` is the name the rule uses for the answer itself."""

    path: Path
    must: Condition
    message: Text
    when: Condition | None = None


@dataclass
class Form:
    """A form as it was read. `id` is what the source calls it."""

    kind: str
    id: str
    title: Text
    language: str
    pages: list[Page] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    losses: Losses = field(default_factory=Losses)
    summary: Text | None = None
    named_by_label: bool = False


def asked(parts: Iterable[Node]) -> list[Question | Table]:
    """The questions and tables among these parts and all below."""
    return [node for node in walk(parts) if isinstance(node, Question | Table)]


def walk(parts: Iterable[Node]) -> Iterator[Node]:
    """Every part below, tables' columns too, each before what it holds."""
    for part in parts:
        yield part
        if isinstance(part, Group | Table | Page):
            yield from walk(part.parts)
