"""Pure decisions about inspections: who may do what when, what stands of the records, deadlines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.kernel.calendar import roll_forward

PLANNED = "planned"  # 担当未定
ASSIGNED = "assigned"  # 担当と日が決まり、通知はまだ
READY = "ready"  # 通知済み、または無通告と決めた
VISITING = "visiting"  # 検査中
VISITED = "visited"  # 検査が終わり、結果をまとめている
DECIDING = "deciding"  # 結果の決裁待ち
IMPROVING = "improving"  # 改善報告を待つ
CLOSING = "closing"  # 終了の決裁待ち
CLOSED = "closed"
CANCELLED = "cancelled"
STATES = (
    PLANNED,
    ASSIGNED,
    READY,
    VISITING,
    VISITED,
    DECIDING,
    IMPROVING,
    CLOSING,
    CLOSED,
    CANCELLED,
)
RECORDING = frozenset({READY, VISITING, VISITED})  # records still change the result
BEFORE_VISIT = frozenset({PLANNED, ASSIGNED, READY})
TOLD = frozenset({IMPROVING, CLOSING, CLOSED})  # the holder knows the results

INSPECTOR, APPROVER, MANAGER = "inspector", "approver", "manager"
PLANNERS = frozenset({INSPECTOR, MANAGER})
READERS = frozenset({INSPECTOR, APPROVER, MANAGER})


@dataclass(frozen=True)
class Act:
    """One act of an official: from which states, to which (None: it stays), by which roles.

    `second`: the person who proposed may not do it (決裁は別の人).
    """

    sources: frozenset[str]
    to: str | None
    by: frozenset[str]
    second: bool = False


_APPROVE = frozenset({APPROVER})
ACTS: Mapping[str, Act] = {
    "assign": Act(BEFORE_VISIT, ASSIGNED, PLANNERS),
    "announce": Act(frozenset({ASSIGNED}), READY, PLANNERS),
    "go_unannounced": Act(frozenset({ASSIGNED}), READY, PLANNERS),
    "cancel": Act(BEFORE_VISIT | {VISITING}, CANCELLED, PLANNERS),
    "finish": Act(frozenset({VISITING}), VISITED, frozenset({INSPECTOR})),
    "resume": Act(frozenset({VISITED}), VISITING, frozenset({INSPECTOR})),
    "set_finding": Act(frozenset({VISITED}), None, PLANNERS),
    "remove_finding": Act(frozenset({VISITED}), None, PLANNERS),
    "propose_results": Act(frozenset({VISITED}), DECIDING, PLANNERS),
    "return_results": Act(frozenset({DECIDING}), VISITED, _APPROVE),
    "approve_results": Act(frozenset({DECIDING}), IMPROVING, _APPROVE, second=True),
    "accept_report": Act(frozenset({IMPROVING}), None, PLANNERS),
    "return_report": Act(frozenset({IMPROVING}), None, PLANNERS),
    "propose_closing": Act(frozenset({IMPROVING}), CLOSING, PLANNERS),
    "return_closing": Act(frozenset({CLOSING}), IMPROVING, _APPROVE),
    "approve_closing": Act(frozenset({CLOSING}), CLOSED, _APPROVE, second=True),
}

START, SIGNATURE = "start", "signature"
ITEM, FINDING = "item:", "finding:"

OPEN_FINDINGS = frozenset({"open", "returned"})  # the holder's turn
DONE_FINDINGS = frozenset({"noted", "accepted"})


def offered(state: str, roles: Iterable[str]) -> list[str]:
    """The acts a holder of these roles finds in a state, in the order of the flow."""
    held = set(roles)
    return [name for name, act in ACTS.items() if state in act.sources and act.by & held]


@dataclass(frozen=True)
class Written:
    """A record as these rules read it."""

    client_id: str
    key: str
    value: Mapping[str, Any] | None
    replaces: Sequence[str]
    author: str
    author_name: str
    made_at: datetime
    received_at: datetime


def standing(records: Iterable[Written]) -> dict[str, list[Written]]:
    """What stands, by key: the records nobody replaced, oldest first; equal values count once.

    `records` come in the order in which they were received: a record can replace earlier ones only.
    Of one person only the newest stands: nobody contradicts themselves. More than one record under
    a key is a conflict between persons.
    """
    stands: dict[str, list[Written]] = {}
    for record in records:
        left = [r for r in stands.get(record.key, ()) if r.client_id not in record.replaces]
        own = [other for other in left if other.author == record.author]
        if all(_when(other) <= _when(record) for other in own):
            left = [*(other for other in left if other not in own), record]
        stands[record.key] = left
    return {key: _distinct(sorted(left, key=_when)) for key, left in stands.items()}


def _when(record: Written) -> tuple[datetime, datetime, str]:
    return record.made_at, record.received_at, record.client_id


def _distinct(found: Sequence[Written]) -> list[Written]:
    """Without records that say the same as an earlier one."""
    kept: list[Written] = []
    for record in found:
        if all(record.value != other.value for other in kept):
            kept.append(record)
    return kept


def day_of_visit(told: date, received: date) -> date:
    """The day of a visit as the phone says, unless its clock is plainly wrong."""
    return told if timedelta() <= received - told <= timedelta(days=14) else received


def due_day(told_on: date, days: int) -> date:
    """The day by which to report, counted from the day after the letter; closed days roll on."""
    return roll_forward(told_on + timedelta(days=days))


def next_due(last: date | None, since: date, every_months: int | None) -> date | None:
    """When the next visit is due (検査の時期); None where the package sets no frequency."""
    return None if every_months is None else add_months(last or since, every_months)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month (民法 第143条第2項)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


def whole_months(start: date, end: date) -> int:
    """How many whole months lie between two days; 0 when the end is not after the start."""
    months = (end.year - start.year) * 12 + end.month - start.month
    while months > 0 and add_months(start, months) > end:
        months -= 1
    return max(months, 0)


def months_of(period: str | None) -> int | None:
    """P3Y → 36, P18M → 18."""
    if period is None:
        return None
    number = int(period[1:-1])
    return number * 12 if period.endswith("Y") else number
