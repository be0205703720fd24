"""What an export consists of (表): sheets with columns, whatever the format they are written in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import Text, pick

# Quantities are the digits of a decimal as text; yes and no and lists are for programs only.
Cell = str | int | bool | date | datetime | list[str] | None
Row = Sequence[Cell]

TEXT, INTEGER, YEN, NUMBER = "text", "integer", "yen", "number"
DAY, MOMENT, YES_NO, LIST = "day", "moment", "yes_no", "list"
NUMERIC = (INTEGER, YEN, NUMBER)


@dataclass(frozen=True)
class Column:
    """A column: its stable path, its label in both languages, the kind of its cells."""

    path: str
    label: Text
    kind: str = TEXT


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (letters, digits and . - _), its title and its columns.

    Above the data stand the labels and, with `paths`, the stable paths.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    paths: bool = True

    @property
    def headings(self) -> list[list[str]]:
        """The rows above the data."""
        labels = [heading(column) for column in self.columns]
        return [labels, [column.path for column in self.columns]] if self.paths else [labels]


def heading(column: Column) -> str:
    """The label in both languages in one cell: 「処理能力 / Capacity」."""
    ja, en = pick(column.label, "ja"), pick(column.label, "en")
    return ja if ja == en else f"{ja} / {en}"


def text_of(cell: Cell) -> str:
    """A cell as text for people; moments in Japanese time."""
    if isinstance(cell, datetime):
        return f"{as_jst(cell):%Y-%m-%d %H:%M:%S}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
