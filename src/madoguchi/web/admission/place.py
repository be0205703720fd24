"""A person's place in the surge (整理券・入場証): signed values a browser keeps for us.

A ticket says when somebody joined the line; a pass, that they were let in. Processes share nothing
but the secret, so all they must agree on is in the value. Nobody can make or better one; copying a
pass shares its allowance (`rules.PER_PASS`). Both end when they are not shown for a while.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from itsdangerous import BadSignature, Signer

TICKET_IDLE = 15 * 60_000  # ms: a telephone may sleep, somebody who left gives up the place
PASS_IDLE = 60 * 60_000  # ms: as long as a session without a request
LONGEST = 12 * 60 * 60_000  # ms since joining: as long as a session in any case
SKEW = 60_000  # ms by which the clocks of our machines may differ
_LONGEST_COOKIE = 200


@dataclass(frozen=True)
class Ticket:
    """Somebody waiting: `joined` and when the ticket was last shown, in ms since 1970."""

    id: str
    joined: int
    seen: int


@dataclass(frozen=True)
class Pass:
    """Somebody inside: when they joined, were let in, and were last seen, in ms since 1970."""

    id: str
    joined: int
    admitted: int
    seen: int


class Places:
    """Writes and reads the signed values."""

    def __init__(self, secret: str) -> None:
        self._signer = Signer(secret, salt="madoguchi.web.admission", digest_method=sha256)

    def write(self, place: Ticket | Pass) -> str:
        """The cookie's value: letters, digits, "-", "_", "." and "~"."""
        times = (
            (place.joined, place.seen)
            if isinstance(place, Ticket)
            else (place.joined, place.admitted, place.seen)
        )
        kind = "ticket" if isinstance(place, Ticket) else "pass"
        return self._signer.sign("~".join((kind, place.id, *map(str, times)))).decode("ascii")

    def read(self, value: str, now: int) -> Ticket | Pass | None:
        """What a cookie says at a moment (ms); None when it is forged, broken or has ended."""
        if not value or len(value) > _LONGEST_COOKIE or not value.isascii():
            return None
        try:
            kind, id, *times = self._signer.unsign(value).decode("ascii").split("~")
        except (BadSignature, ValueError):
            return None
        moments = [int(time) for time in times]  # we signed them: they are numbers
        place = Ticket(id, *moments) if kind == "ticket" else Pass(id, *moments)
        return place if _lives(place, now) else None


def seen_again(place: Ticket, now: int) -> Ticket:
    """The same ticket, shown again: it keeps its place."""
    return replace(place, seen=now)


def let_in(place: Ticket, now: int) -> Pass:
    """The pass of somebody whose turn has come."""
    return Pass(place.id, place.joined, max(now, place.joined), now)


def waited(place: Pass, at: int, grace: timedelta) -> timedelta:
    """How long this visit's queue kept somebody, as far as the rule of grace goes.

    Counts for requests within `grace` of being let in, and no longer than `grace` itself.
    """
    if at - place.admitted > grace / timedelta(milliseconds=1):
        return timedelta(0)
    return min(timedelta(milliseconds=max(0, place.admitted - place.joined)), grace)


def _lives(place: Ticket | Pass, now: int) -> bool:
    idle = TICKET_IDLE if isinstance(place, Ticket) else PASS_IDLE
    return now - place.seen <= idle and now - place.joined <= LONGEST and place.seen - now <= SKEW
