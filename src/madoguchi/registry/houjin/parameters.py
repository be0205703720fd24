"""Reading the Web-API's parameters: what is wrong is told by its number."""

import re
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number
from madoguchi.registry.houjin.errors import (
    BAD_DATE,
    BAD_NUMBER,
    BAD_TYPE,
    BAD_VALUE,
    TOO_MANY,
    ApiFault,
    missing,
)
from madoguchi.registry.houjin.rows import FORMATS, Format

MOST_NUMBERS = 10
LONGEST = 400
KINDS = {
    "01": ("101",),
    "02": ("201",),
    "03": ("301", "302", "303", "304", "305", "399"),
    "04": ("401", "499"),
}
"""The kinds (法人種別) a code of `kind` stands for."""
_ADDRESS = re.compile(r"\d{2}(\d{3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIVISION = re.compile(r"\d{1,5}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where: a prefecture of two digits, a city of three more; "" everywhere."""

    prefecture: str = ""
    city: str = ""


class Parameters:
    """The query of a request. ApiFault at the first thing that is wrong."""

    def __init__(self, request: Request) -> None:
        self._values: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name in self._values:
                raise ApiFault(BAD_VALUE, f"パラメータ（{_short(name)}）が重複しています。")
            self._values[name] = value.strip()

    def text(self, name: str, *, needed: bool = False) -> str:
        """A text, "" when it is not there."""
        value = self._values.get(name, "")
        if needed and not value:
            raise missing(name)
        if len(value) > LONGEST:
            raise ApiFault(BAD_VALUE, f"{name}が長すぎます。")
        return value

    def one_of(self, name: str, allowed: str, default: str) -> str:
        """One of a few single characters."""
        value = self.text(name) or default
        if len(value) != 1 or value not in allowed:
            raise ApiFault(BAD_VALUE, f"{name}の値に誤りがあります。")
        return value

    def format(self) -> Format:
        """The format asked for by `type`, which must be there."""
        found = FORMATS.get(self.text("type", needed=True))
        if found is None:
            raise ApiFault(BAD_TYPE, "応答形式（type）は01、02、12のいずれかを指定してください。")
        return found

    def numbers(self) -> list[str]:
        """One to ten corporate numbers, each once, in their order."""
        typed = self.text("number", needed=True).split(",")
        if len(typed) > MOST_NUMBERS:
            raise ApiFault(TOO_MANY, f"法人番号は{MOST_NUMBERS}件まで指定できます。")
        try:
            return sorted({parse_corporate_number(text) for text in typed})
        except JapaneseInputError as fault:
            raise ApiFault(BAD_NUMBER, fault.message["ja"]) from fault

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A day as YYYY-MM-DD."""
        value = self.text(name, needed=needed)
        if not value:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError as fault:
            raise ApiFault(BAD_DATE, f"日付（{name}）に誤りがあります。") from fault

    def place(self) -> Place:
        """A prefecture or a city."""
        value = self.text("address")
        if value and not _ADDRESS.fullmatch(value):
            raise ApiFault(BAD_VALUE, "所在地（address）は2桁または5桁で指定してください。")
        return Place(value[:2], value[2:])

    def kinds(self) -> tuple[str, ...]:
        """The kinds of a comma list of 01 to 04; () for every one."""
        value = self.text("kind")
        codes = value.split(",") if value else []
        if any(code not in KINDS for code in codes):
            raise ApiFault(BAD_VALUE, "法人種別（kind）に誤りがあります。")
        return tuple(dict.fromkeys(kind for code in codes for kind in KINDS[code]))

    def division(self) -> int:
        """Which division, from 1."""
        value = self.text("divide") or "1"
        if not _DIVISION.fullmatch(value) or int(value) < 1:
            raise ApiFault(BAD_VALUE, "分割番号（divide）に誤りがあります。")
        return int(value)


def _short(name: str) -> str:
    return name[:30]
