"""Opinions asked of other agencies (意見照会), and when enough of them are in: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import Period
from madoguchi.procedures.fields.field import Field, Rule

ASKED, ANSWERED, PASSED, WITHDRAWN = "asked", "answered", "passed", "withdrawn"
AGENCIES, NOTE = "agencies", "note"

OPINION_TYPE = feel.ContextType(
    {
        "asked": feel.BOOLEAN,
        "joined": feel.BOOLEAN,
        "count": feel.NUMBER,
        "answered": feel.NUMBER,
        "pending": feel.NUMBER,
        "answers": feel.ListType(feel.ANY),
    }
)


@dataclass(frozen=True)
class Opinion:
    """What agencies are asked, and how the answers join.

    `to` gives one agency id or a list; None: the official chooses among `choose`. `within` is the
    time each has; `passes`: who says nothing in time has no objection. `sees`: the fields and
    attachments shown to those who answer, None: all that officials see.
    """

    name: str
    label: Text
    question: Text | None
    to: Rule | None
    choose: tuple[str, ...]
    role: str
    within: Period | None
    remind: Period | None
    join: str
    passes: bool
    sees: frozenset[str] | None
    form: Mapping[str, Field]


@dataclass(frozen=True)
class Request:
    """One agency's part: `state` is asked, answered, passed or withdrawn; `values` what it answered."""

    agency: str
    state: str
    values: Mapping[str, object]


def agencies_asked(opinion: Opinion, context: Mapping[str, object]) -> list[str]:
    """The agencies to ask, each once: by the rule, or as chosen in the form."""
    if opinion.to is not None:
        found = opinion.to(context)
    else:
        form = context.get("form")
        found = form.get(AGENCIES) if isinstance(form, Mapping) else None
    several = found if isinstance(found, list) else [found]
    return list(dict.fromkeys(item for item in several if isinstance(item, str) and item))


def joined(opinion: Opinion, requests: Sequence[Request]) -> bool:
    """Whether enough answers are in; nobody asked is not enough, nor fewer than the quorum."""
    asked = still_asked(requests)
    quorum = int(opinion.join) if opinion.join.isdecimal() else 1
    if len(asked) < (quorum if len(asked) < len(requests) else 1):
        return False
    if all(item.state != ASKED for item in asked):
        return True
    if opinion.join == "all":
        return False
    return sum(item.state == ANSWERED for item in asked) >= quorum


def still_asked(requests: Sequence[Request]) -> list[Request]:
    """Those that were not withdrawn: what is withdrawn counts as not asked."""
    return [item for item in requests if item.state != WITHDRAWN]


def standing(opinion: Opinion, requests: Sequence[Request]) -> dict[str, object]:
    """What rules see as `opinions.NAME`."""
    asked = still_asked(requests)
    return {
        "asked": bool(asked),
        "joined": joined(opinion, requests),
        "count": len(asked),
        "answered": sum(item.state == ANSWERED for item in asked),
        "pending": sum(item.state == ASKED for item in asked),
        "answers": [
            {"agency": item.agency, **item.values} for item in asked if item.state == ANSWERED
        ],
    }
