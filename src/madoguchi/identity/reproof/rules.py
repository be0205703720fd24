"""How old a proof may be, what a doubt does to it, and what it then permits: pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import Period, over_at

MONTHS = 36
"""Directors are appointed for about two years (会社法第332条), and what the registry tells between puts
a proof in doubt by itself: three years find those nobody told of, and ask others once in two terms.
"""
SOON, GRACE = timedelta(days=60), timedelta(days=90)
NOTICES = (60, 30, 7)
"""Days before it is due at which its representative is told."""

CURRENT, NEAR, DUE, LAPSED = "current", "near", "due", "lapsed"
STATES: Mapping[str, Text] = {
    CURRENT: {"ja": "有効", "en": "Current"},
    NEAR: {"ja": "まもなく期限", "en": "Due soon"},
    DUE: {"ja": "再確認が必要", "en": "To be proved again"},
    LAPSED: {"ja": "失効", "en": "Lapsed"},
}

RENAMED, MOVED, SUCCEEDED, CLOSED = "renamed", "moved", "succeeded", "closed"
DOUBTS: Mapping[str, Text] = {
    RENAMED: {"ja": "登記上の名称が変わりました", "en": "Its registered name has changed"},
    MOVED: {"ja": "登記上の所在地が変わりました", "en": "Its registered address has changed"},
    SUCCEEDED: {
        "ja": "登記上の代表者が変わりました",
        "en": "The registry names another representative",
    },
    CLOSED: {"ja": "登記記録が閉鎖されました", "en": "Its record in the registry is closed"},
}
LEFT: Mapping[str, timedelta] = {
    RENAMED: timedelta(days=30),
    MOVED: timedelta(days=30),
    SUCCEEDED: timedelta(),
    CLOSED: timedelta(),
}
"""How long a proof in doubt is good yet. A company that moved is represented as before, most times."""


def due_after(proved_at: datetime, months: int = MONTHS) -> datetime:
    """When a proof of that moment is due again: so many months after its day (民法第140条・第143条)."""
    return over_at(proved_at, Period(months, "months"))


def doubted(due_at: datetime | None, why: str, now: datetime) -> datetime:
    """When a proof is due that was put in doubt: a doubt never gives more time than there was."""
    sooner = now + LEFT[why]
    return sooner if due_at is None else min(due_at, sooner)


def lapses(due_at: datetime) -> datetime:
    """When a proof that nobody renewed rests."""
    return due_at + GRACE


def state_of(due_at: datetime | None, now: datetime) -> str:
    """Where a proof stands; one without a day (people of a demonstration) is never asked again."""
    if due_at is None or now < due_at - SOON:
        return CURRENT
    if now < due_at:
        return NEAR
    return DUE if now < lapses(due_at) else LAPSED


def rests(due_at: datetime | None, now: datetime, *, represents: bool) -> bool:
    """Whether somebody may not bind the organisation now.

    Its representative is asked as soon as the proof is due. Members, programs and agents act by what
    was given while it was good, and go on until it has lapsed.
    """
    state = state_of(due_at, now)
    return state == LAPSED or (represents and state == DUE)


def notice_of(due_at: datetime, now: datetime) -> str:
    """What a representative should have been told by now: "" nothing yet, "60", "30", "7" days
    before, "due", "lapsed".
    """
    state = state_of(due_at, now)
    if state in (DUE, LAPSED):
        return state
    passed = [days for days in NOTICES if now >= due_at - timedelta(days=days)]
    return str(min(passed)) if passed else ""
