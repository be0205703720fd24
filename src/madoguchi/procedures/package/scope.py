"""The names the engine itself gives to rules, with their types; its functions are in functions.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.functions import FUNCTIONS, Question


class Source(NamedTuple):
    """Where something known comes from, and the day as of which it holds.

    `key` names the source in what is stored. `instead`: what the account says otherwise.
    """

    label: Text
    as_of: date | None = None
    key: str = ""
    instead: str | None = None


def no_source(rule: str, part: str = "") -> Source | None:
    """Nothing is said of where things come from."""
    return None


@dataclass(frozen=True)
class Environment:
    """What a rule may know besides the answers.

    `account`: {"organisation": {...}, "person": {...}, "agent": bool}. `facts`: name → value known
    of the applicant. `catalogue`: the survey entry of a simple filing. `entries`: register entries
    the applicant holds, by id. `office(kind, prefecture)` gives an agency id. `answers`: what was
    looked up of other filings and registers; `asked` collects what rules asked besides. `phase`:
    the part of the filing being written, where the workflow has several ("" otherwise).
    `official`: officials ask; rules about people's past answer nobody else. `filed`: what was filed is judged;
    read-only answers stand as they were filed, whatever their source says by now. `source_of(rule, part)`
    tells where what a rule reads of the applicant comes from, of one part where it is a group.
    """

    today: date
    filed_on: date
    account: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    catalogue: Mapping[str, object] = field(default_factory=dict)
    entries: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    office: Callable[[str, str], str | None] = lambda kind, prefecture: None
    answers: Mapping[Question, object] = field(default_factory=dict)
    asked: set[Question] = field(default_factory=set, compare=False)
    phase: str = ""
    official: bool = False
    filed: bool = False
    filing_round: Mapping[str, object] | None = None
    source_of: Callable[[str, str], Source | None] = no_source


_PARTY = feel.ContextType(
    dict.fromkeys(
        "id number name kana address representative_title representative_name email telephone agency kind status".split(),
        feel.STRING,
    )
)


SCOPE: Mapping[str, feel.Type] = {
    "today": feel.DATE,
    "filed_on": feel.DATE,
    "phase": feel.STRING,
    "filing_round": feel.ContextType(
        {
            "id": feel.STRING,
            "opens_on": feel.DATE,
            "closes_on": feel.DATE,
            "decides_on": feel.DATE,
        }
    ),
    "account": feel.ContextType({"organisation": _PARTY, "person": _PARTY, "agent": feel.BOOLEAN}),
    "catalogue": feel.ContextType(
        dict.fromkeys(
            ("id", "name", "law", "article", "agency", "agency_name", "kind"), feel.STRING
        )
    ),
}

# What guards, letters and registers see in addition.
CASE_SCOPE: Mapping[str, feel.Type] = {
    "case": feel.ContextType(
        {
            "state": feel.STRING,
            "outcome": feel.STRING,
            "kind": feel.STRING,
            "arrived_on": feel.DATE,
            "submitted_on": feel.DATE,
            "submitted_at": feel.DATE_TIME,
            "state_since": feel.DATE_TIME,
            "act_by": feel.DATE_TIME,
            "act_by_day": feel.DATE,
            "late": feel.BOOLEAN,
            "fees_paid": feel.BOOLEAN,
            "agency": feel.STRING,
            "via": feel.STRING,
        }
    ),
    "acts": feel.ANY,
    "opinions": feel.ANY,
    "form": feel.ANY,
    "decision": feel.ANY,
    "number": feel.STRING,
    "decided_on": feel.DATE,
}


def names(environment: Environment) -> dict[str, object]:
    """The engine's names as a FEEL context: what is known, and the functions."""
    return {
        "today": environment.today,
        "filed_on": environment.filed_on,
        "phase": environment.phase,
        "filing_round": environment.filing_round,
        "account": environment.account,
        "catalogue": environment.catalogue,
        **feel.bound(FUNCTIONS, environment),
    }
