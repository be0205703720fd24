"""The functions rules may call (規則で使う関数), in one table: the calendar's, and what is looked up.

Those that look something up are given the Environment of the evaluation. What another filing says
is asked, answered and asked again: a question whose answer is not known yet gives null and is noted
in `Environment.asked`; whoever has a database answers all questions in few statements and evaluates
again. The same questions can be answered by a package's tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from madoguchi import feel
from madoguchi.kernel.rule_functions import CALENDAR
from madoguchi.procedures.lookup_keys import lookup_key
from madoguchi.procedures.periods import key_before, period_key

if TYPE_CHECKING:
    from madoguchi.procedures.package.scope import Environment

Question = tuple[str, ...]
PREVIOUS, ENTRY, ENTRIES = "previous", "entry", "entries"
DISQUALIFIED, DUPLICATE, QUOTA = "disqualified", "duplicate", "quota"
LEDGER = "ledger"


def look(environment: Environment, *question: str) -> object:
    """The answer to a question, null and noted while it is not known."""
    if question not in environment.answers:
        environment.asked.add(question)
    return environment.answers.get(question)


def _known(environment: Environment, name: str) -> bool:
    return environment.facts.get(name) is not None


def _fact(environment: Environment, name: str) -> object:
    return environment.facts.get(name)


def _entries_in(environment: Environment, register: str) -> list[object]:
    return [dict(e) for e in environment.entries.values() if e.get("register") == register]


def _registered_in(environment: Environment, register: str) -> bool:
    return bool(_entries_in(environment, register))


def _office(environment: Environment, kind: str, prefecture: object) -> object:
    if isinstance(prefecture, list):
        return [_office(environment, kind, item) for item in prefecture]
    return environment.office(kind, prefecture) if isinstance(prefecture, str) else None


def _previous(environment: Environment, procedure: str, period: object, entry: str = "") -> object:
    key = period_key(period)
    if key is None:
        return None
    return look(environment, PREVIOUS, procedure, key, entry)


def _previous_for(
    environment: Environment, entry: object, procedure: str, period: object
) -> object:
    found = entry.get("id") if isinstance(entry, Mapping) else None
    return _previous(environment, procedure, period, found) if isinstance(found, str) else None


def _entry(environment: Environment, register: str, number: object) -> object:
    return _entry_on(environment, register, number, environment.filed_on)


def _entry_on(environment: Environment, register: str, number: object, day: object) -> object:
    key = number.strip() if isinstance(number, str) else lookup_key(number)
    if not key or not isinstance(day, date):
        return None
    return look(environment, ENTRY, register, key[:120], day.isoformat())


def _entries_by(environment: Environment, register: str, column: str, value: object) -> object:
    key = lookup_key(value)
    if not key:
        return []
    found = look(environment, ENTRIES, register, column, key, environment.filed_on.isoformat())
    return [] if found is None else found


def _disqualified(environment: Environment, register: str, who: object, since: object) -> object:
    """Whether somebody was disposed of (処分) since a day; only officials are told."""
    if not environment.official or not isinstance(who, Mapping) or not isinstance(since, date):
        return None
    name, number = lookup_key(who.get("name")), lookup_key(who.get("number"))
    born = lookup_key(who.get("birth_date"))
    if not (name or number):
        return None
    return look(environment, DISQUALIFIED, register, name, born, number, since.isoformat())


def _quota(environment: Environment, quota: str, pool: object, period: object) -> object:
    """What others claim of a quota; it tells of competitors, so only officials are answered."""
    key = lookup_key(pool)
    if not environment.official or not key or "/" not in quota:
        return None
    return look(environment, QUOTA, quota, key, period_key(period) or "")


def _ledger(environment: Environment, name: str, entry: object) -> object:
    """How a ledger of a registration stands: for its holder, and for officials."""
    found = entry.get("id") if isinstance(entry, Mapping) else None
    if not isinstance(found, str) or not (environment.official or found in environment.entries):
        return None
    return look(environment, LEDGER, name, found)


FUNCTIONS: feel.Functions = {
    **CALENDAR,
    **feel.function_table(
        feel.Function("known(name: string) -> boolean", _known, given=True),
        feel.Function("fact(name: string) -> Any", _fact, given=True),
        feel.Function("registered_in(register: string) -> boolean", _registered_in, given=True),
        feel.Function("entries_in(register: string) -> list", _entries_in, given=True),
        feel.Function("office(kind: string, prefecture: Any) -> Any", _office, given=True),
        feel.Function("previous(procedure: string, period: Any) -> Any", _previous, given=True),
        feel.Function(
            "previous_for(entry: Any, procedure: string, period: Any) -> Any",
            _previous_for,
            given=True,
        ),
        feel.Function("register_entry(register: string, number: Any) -> Any", _entry, given=True),
        feel.Function(
            "register_entry_on(register: string, number: Any, day: date) -> Any",
            _entry_on,
            given=True,
        ),
        feel.Function(
            "entries_by(register: string, column: string, value: Any) -> list",
            _entries_by,
            given=True,
        ),
        feel.Function(
            "disqualified(register: string, who: Any, since: date) -> boolean",
            _disqualified,
            given=True,
        ),
        feel.Function("quota(quota: string, pool: Any, period: Any) -> Any", _quota, given=True),
        feel.Function("ledger(name: string, entry: Any) -> Any", _ledger, given=True),
        feel.Function("period_before(period: Any) -> string", key_before),
    ),
}
# Where there is no applicant: duties and inspections of entries in a register.
OF_ENTRIES: feel.Functions = {
    **CALENDAR,
    **{name: FUNCTIONS[name] for name in ("office", "period_before")},
}
