"""Reading the parameters of the REST interface: what is wrong is named, nothing is guessed."""

import re
from collections.abc import Collection
from datetime import date

from starlette.requests import Request

from madoguchi.registry.errors import invalid_parameter

LONGEST = 400
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Parameters:
    """The query of a request. RegistryError 422 at the first thing that is wrong.

    `names` are those the operation knows: a name misspelt must not be taken for no condition.
    """

    def __init__(self, request: Request, names: Collection[str]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            if name not in names and name != "lang":
                raise invalid_parameter(
                    name[:30],
                    f"{name[:30]}という指定はありません。",
                    f"There is no parameter {name[:30]}.",
                )
            self._values.setdefault(name, []).append(value.strip())

    def text(self, name: str, longest: int = LONGEST) -> str:
        """A text, "" when it is not there."""
        values = self._values.get(name, [""])
        if len(values) > 1:
            raise invalid_parameter(
                name, f"{name}は1回だけ指定してください。", f"Give {name} only once."
            )
        if len(values[0]) > longest:
            raise invalid_parameter(
                name,
                f"{name}は{longest}文字以内で指定してください。",
                f"{name} may have at most {longest} characters.",
            )
        return values[0]

    def texts(self, name: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """Several values: the parameter repeated, or a comma list; each one of `allowed`."""
        joined = ",".join(self._values.get(name, []))
        found = tuple(dict.fromkeys(part.strip() for part in joined.split(",") if part.strip()))
        if len(joined) > LONGEST * 5:
            raise invalid_parameter(name, f"{name}が多すぎます。", f"{name} has too many values.")
        if allowed is not None:
            for value in found:
                self._checked(name, value, allowed)
        return found

    def one_of(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of a few values."""
        value = self.text(name)
        return self._checked(name, value, allowed) if value else default

    def integer(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number between two bounds."""
        value = self.text(name)
        if not value:
            return default
        if value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high:
            return int(value)
        raise invalid_parameter(
            name,
            f"{name}は{low}以上{high}以下の整数で指定してください。",
            f"{name} must be a whole number from {low} to {high}.",
        )

    def day(self, name: str) -> date | None:
        """A day as YYYY-MM-DD, None when it is not there."""
        value = self.text(name)
        if not value:
            return None
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError as fault:
            raise invalid_parameter(
                name,
                f"{name}は実在する日をYYYY-MM-DDの形で指定してください。",
                f"{name} must be a real day, as YYYY-MM-DD.",
            ) from fault

    def _checked(self, name: str, value: str, allowed: Collection[str]) -> str:
        if value in allowed:
            return value
        choices = ", ".join(allowed)
        raise invalid_parameter(
            name,
            f"{name}は次のいずれかを指定してください：{choices}",
            f"{name} must be one of: {choices}",
        )
