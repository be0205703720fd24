"""Until when something is kept, and what may be done to an erasure next. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.cases.retention.models import (
    APPROVED,
    DONE,
    DROPPED,
    HELD,
    LISTED,
    PROPOSED,
    RETENTION,
)
from madoguchi.kernel.japanese.fiscal_years import fiscal_year_of
from madoguchi.procedures.package.retention_spec import RetentionSpec, months_of

HOLD, RELEASE, PROPOSE, APPROVE, REJECT, CARRY_OUT = (
    *("hold", "release", "propose"),
    *("approve", "reject", "carry_out"),
)
_MOVES = {
    (LISTED, HOLD): HELD,
    (LISTED, PROPOSE): PROPOSED,
    (HELD, HOLD): HELD,
    (HELD, RELEASE): LISTED,
    (PROPOSED, APPROVE): APPROVED,
    (PROPOSED, REJECT): LISTED,
    (APPROVED, CARRY_OUT): DONE,
}


@dataclass(frozen=True)
class Kept:
    """Until when a case is kept (満了する日), and by what rule.

    `since` is the day its period is counted from; None: that day has not come, or nobody can know
    it (a permit without end). `until` is then None too.
    """

    spec: RetentionSpec
    since: date | None
    own: bool

    @property
    def until(self) -> date | None:
        """The last day of the period."""
        return None if self.since is None else last_day(self.spec.period, self.since)

    def over(self, today: date) -> bool:
        """Whether the period has ended."""
        return self.until is not None and self.until < today


def last_day(period: str, since: date) -> date:
    """The last day of a period that became certain on a day.

    It is counted from the 1 April after that day (起算日・特定日: 公文書管理法施行令第8条第4項、別表備考第8号):
    five years from 10 May 2026 end on 31 March 2032.
    """
    start = date(fiscal_year_of(since) + 1, 4, 1)
    months = start.year * 12 + start.month - 1 + months_of(period)
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(min(year, 9999), month + 1)[1])
    return date(min(year, 9999), month + 1, day) - timedelta(days=1)


def counted_from(
    spec: RetentionSpec,
    *,
    closed_on: date,
    decided_on: date | None,
    has_effect: bool,
    effect_ends: list[date | None],
) -> date | None:
    """The day a period is counted from; None while it cannot be known.

    `has_effect`: something was granted. `effect_ends`: the day the effect of each registration it
    made ended or ends, None for one without end. A filing that never took effect (取下げ, 拒否), and
    one that makes no registration and is no grant, count from their closing.
    """
    if spec.from_ == "decision":
        return decided_on or closed_on
    if spec.from_ == "closing":
        return closed_on
    if not effect_ends:
        return None if has_effect else closed_on
    ends = [end for end in effect_ends if end is not None]
    return max([closed_on, *ends]) if len(ends) == len(effect_ends) else None


def next_state(state: str, move: str, ground: str) -> str | None:
    """Where a move leads; None when it cannot be done in this state.

    What is not on the disposal list for its age has nothing to go back to: rejected, it is dropped.
    """
    found = _MOVES.get((state, move))
    return DROPPED if move == REJECT and found and ground != RETENTION else found
