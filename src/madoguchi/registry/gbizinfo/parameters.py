"""Reading gBizINFO's parameters, which are all texts: each is right, or named with what is wrong."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from starlette.requests import Request

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import parse_corporate_number
from madoguchi.registry.gbizinfo.errors import BadRequest

LONGEST = 200
MOST_VALUES = 100
MOST_DIGITS = 18  # fits an int64
_DIGITS = re.compile(f"[0-9]{{1,{MOST_DIGITS}}}")
_DAY = re.compile("[0-9]{8}")


class Parameters:
    """The query of a request. Faults are collected; `check` raises BadRequest when there are any."""

    def __init__(self, request: Request) -> None:
        self._values: dict[str, str] = {}
        self.faults: list[tuple[str, str]] = []
        for name, value in request.query_params.multi_items():
            if name in self._values:
                self.fault(name, "複数回指定されています。")
            self._values[name] = value.strip()

    def fault(self, name: str, message: str) -> None:
        """Note what is wrong with one; the first fault of each counts."""
        if all(name != item for item, _ in self.faults):
            self.faults.append((name, message))

    def check(self) -> None:
        """BadRequest, naming everything that is wrong."""
        if self.faults:
            raise BadRequest(self.faults)

    def text(self, name: str) -> str:
        """A text, "" when it is not there."""
        value = self._values.get(name, "")
        if len(value) > LONGEST:
            self.fault(name, f"{LONGEST}文字以内で指定してください。")
            return ""
        return value

    def flag(self, name: str) -> bool | None:
        """true or false, None when it is not there."""
        value = self.text(name)
        if value not in ("", "true", "false"):
            self.fault(name, "trueまたはfalseを指定してください。")
        return value == "true" if value else None

    def integer(self, name: str) -> int | None:
        """A whole number from 0, None when it is not there."""
        value = self._values.get(name, "")
        if not value:
            return None
        if not _DIGITS.fullmatch(value):
            self.fault(name, f"0以上の整数（{MOST_DIGITS}桁以内）を指定してください。")
            return None
        return int(value)

    def within(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number between two bounds."""
        value = self.integer(name)
        if value is None:
            return default
        if not low <= value <= high:
            self.fault(name, f"{low}以上{high}以下の整数を指定してください。")
            return default
        return value

    def listed(self, name: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """A comma list of codes."""
        codes = frozenset(allowed)
        values = self._split(name)
        if any(value not in codes for value in values):
            self.fault(name, "定められたコードを指定してください。")
            return ()
        return values

    def integers(self, name: str) -> tuple[int, ...]:
        """A comma list of whole numbers."""
        values = self._split(name)
        if any(not _DIGITS.fullmatch(value) for value in values):
            self.fault(name, "正の整数を指定してください。")
            return ()
        return tuple(int(value) for value in values)

    def day(self, name: str) -> date:
        """A day that must be there, as yyyyMMdd."""
        value = self.text(name)
        if not value:
            self.fault(name, "必須の項目です。")
        elif not _DAY.fullmatch(value):
            self.fault(name, "yyyyMMdd形式で指定してください。")
        else:
            try:
                return datetime.strptime(value, "%Y%m%d").date()
            except ValueError:
                self.fault(name, "存在しない日付です。")
        return date.min

    def _split(self, name: str) -> tuple[str, ...]:
        value = self._values.get(name, "")
        values = tuple(part.strip() for part in value.split(",")) if value else ()
        if len(values) > MOST_VALUES or len(value) > 2_000:
            self.fault(name, f"{MOST_VALUES}個以内で指定してください。")
            return ()
        return values


def number_of(text: str) -> str:
    """A corporate number of a path or query, in either width. BadRequest for what is none."""
    try:
        return parse_corporate_number(text[:LONGEST])
    except DomainError as fault:
        raise BadRequest([("corporate_number", fault.message["ja"])]) from fault
