"""Numbers of admission: who asks, how long they may wait, when to ask again. Pure."""

from enum import Enum

PER_PASS = 16  # requests of one pass under way while others wait: a copied pass shares them
INSIDE_PATIENCE, PROGRAM_PATIENCE, NEWCOMER_PATIENCE = 30.0, 5.0, 2.0  # seconds within the process
LATE = 10_000  # ms somebody may come back later than told before others go first
EXPECTED = 4  # called and not come yet, for each that is served at once
SOONEST, LATEST = 5, 60  # seconds between two looks of a waiting page
PLACES_PER_SECOND = 20
CALM = 1_000  # ms without anybody inside having to wait
MOST_WAITING = 20_000  # tickets a process keeps; about 5 MB
OUTSIDE = ("/log/",)  # read straight from disk, like static files: never held up


class Who(Enum):
    """Who asks: somebody let in, a program, or a newcomer."""

    INSIDE = "inside"
    PROGRAM = "program"
    NEWCOMER = "newcomer"


def ask_again(ahead: int) -> int:
    """Seconds until a waiting page asks again: rarely at the back, so that asking costs little."""
    return min(LATEST, SOONEST + ahead // PLACES_PER_SECOND)


def minutes_left(ahead: int, speed: float) -> int | None:
    """About how many minutes until the turn comes at so many a second; None where it means nothing."""
    seconds = (ahead + 1) / speed if speed > 0 else float("inf")
    return max(1, round(seconds / 60)) if seconds < 12 * 3600 else None
