"""The names the engine itself gives to rules, with their types and their meaning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from madoguchi import feel
from madoguchi.kernel import calendar
from madoguchi.kernel.japanese import fiscal_year_of


@dataclass(frozen=True)
class Environment:
    """What a rule may know besides the answers.

    `account`: {"organisation": {...}, "person": {...}, "agent": bool}. `facts`: name → value known
    of the applicant. `catalogue`: the survey entry of a simple filing. `entries`: register entries
    the applicant holds, by id. `office(kind, prefecture)` gives an agency id.
    """

    today: date
    filed_on: date
    account: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    catalogue: Mapping[str, object] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    office: Callable[[str, str], str | None] = lambda kind, prefecture: None


T = TypeVar("T")

_PARTY = feel.ContextType(
    dict.fromkeys(
        "id number name kana address representative_title representative_name email telephone agency".split(),
        feel.STRING,
    )
)


def _function(returns: feel.Type, **params: feel.Type) -> feel.Type:
    return feel.FunctionType(tuple(params.items()), returns)


SCOPE: Mapping[str, feel.Type] = {
    "today": feel.DATE,
    "filed_on": feel.DATE,
    "account": feel.ContextType({"organisation": _PARTY, "person": _PARTY, "agent": feel.BOOLEAN}),
    "catalogue": feel.ContextType(
        dict.fromkeys(
            ("id", "name", "law", "article", "agency", "agency_name", "kind"), feel.STRING
        )
    ),
    "known": _function(feel.BOOLEAN, name=feel.STRING),
    "fact": _function(feel.ANY, name=feel.STRING),
    "office": _function(feel.ANY, kind=feel.STRING, prefecture=feel.ANY),
    "add_open_days": _function(feel.DATE, start=feel.DATE, days=feel.NUMBER),
    "open_days_between": _function(feel.NUMBER, start=feel.DATE, end=feel.DATE),
    "fiscal_year": _function(feel.NUMBER, day=feel.DATE),
}

# What guards, letters and registers see in addition.
CASE_SCOPE: Mapping[str, feel.Type] = {
    "case": feel.ContextType(
        {
            "state": feel.STRING,
            "outcome": feel.STRING,
            "kind": feel.STRING,
            "arrived_on": feel.DATE,
            "fees_paid": feel.BOOLEAN,
            "agency": feel.STRING,
        }
    ),
    "form": feel.ANY,
    "decision": feel.ANY,
    "number": feel.STRING,
    "decided_on": feel.DATE,
}


def names(environment: Environment) -> dict[str, object]:
    """The engine's names as a FEEL context."""

    def known(name: object) -> bool:
        return isinstance(name, str) and environment.facts.get(name) is not None

    def fact(name: object) -> object:
        return environment.facts.get(name) if isinstance(name, str) else None

    def office(kind: object, prefecture: object) -> object:
        if isinstance(prefecture, list):
            return [office(kind, item) for item in prefecture]
        both = isinstance(kind, str) and isinstance(prefecture, str)
        return environment.office(str(kind), str(prefecture)) if both else None

    return {
        "today": environment.today,
        "filed_on": environment.filed_on,
        "account": environment.account,
        "catalogue": environment.catalogue,
        "known": known,
        "fact": fact,
        "office": office,
        "add_open_days": _add_open_days,
        "open_days_between": _open_days_between,
        "fiscal_year": _fiscal_year,
    }


def _add_open_days(start: object, days: object) -> date | None:
    if not isinstance(start, date) or not isinstance(days, Decimal) or abs(days) > 10_000:
        return None
    return _within_calendar(lambda: calendar.add_open_days(start, int(days)))


def _open_days_between(start: object, end: object) -> Decimal | None:
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    return _within_calendar(lambda: Decimal(calendar.open_days_between(start, end)))


def _fiscal_year(day: object) -> Decimal | None:
    return Decimal(fiscal_year_of(day)) if isinstance(day, date) else None


def _within_calendar(compute: Callable[[], T]) -> T | None:
    try:
        return compute()
    except (calendar.CalendarError, OverflowError):  # outside the years the calendar knows
        return None
