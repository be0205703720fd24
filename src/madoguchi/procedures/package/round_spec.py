"""The shape of `rounds:` (受付の回): windows in which filings are taken, decided on one day."""

from datetime import date, datetime, time, timedelta
from typing import Literal

from pydantic import model_validator

from madoguchi.kernel.clock import JST
from madoguchi.procedures.package.shapes import Id, Spec, Text


class RoundSpec(Spec):
    """One window; `every: year` repeats it on the same days of the years after."""

    id: Id
    title: Text
    opens: datetime | date
    closes: datetime | date
    decides: date | None = None
    every: Literal["year"] | None = None

    @model_validator(mode="after")
    def in_order(self) -> "RoundSpec":
        """A window opens, closes and is decided in this order, a yearly one within a year."""
        opens, closes = moment(self.opens), moment(self.closes, end=True)
        if opens >= closes:
            raise ValueError("`opens:` must come before `closes:`")
        if self.decides is not None and self.decides < (closes - timedelta(microseconds=1)).date():
            raise ValueError("`decides:` must not come before `closes:`")
        if self.every is not None and closes - opens > timedelta(days=365):
            raise ValueError("a yearly window must be shorter than a year")
        return self


def moment(value: date, *, end: bool = False) -> datetime:
    """A moment in Japan: a day's first one, or with `end` the one when it is over."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=JST)
    return datetime.combine(value + timedelta(days=1 if end else 0), time(), JST)
