"""The life of a mandate (委任の状態) as pure decisions; deny by default."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text

FILE, LETTERS = "file", "letters"
POWERS: Mapping[str, Text] = {
    FILE: {"ja": "申請・届出などを提出する", "en": "File, correct and withdraw"},
    LETTERS: {"ja": "通知書・許可証などを受け取る", "en": "Receive letters and certificates"},
}
"""What may be allowed beside looking at the filings, which every mandate does."""

ANSWER_WITHIN = timedelta(days=30)
REMIND_BEFORE = timedelta(days=30)
MOST_PROCEDURES = 200

OFFERED, ASKED = "offered", "asked"
LAPSED, DECLINED, TAKEN_BACK = "lapsed", "declined", "taken_back"
UPCOMING, IN_FORCE = "upcoming", "in_force"
EXPIRED, WITHDRAWN, GIVEN_UP, CASCADED = "expired", "withdrawn", "given_up", "cascaded"
CLOSED = "closed"
WAITING = frozenset({OFFERED, ASKED})
ACCEPTED = frozenset({UPCOMING, IN_FORCE})
STATES = (
    *(OFFERED, ASKED, LAPSED, DECLINED, TAKEN_BACK),
    *(UPCOMING, IN_FORCE, EXPIRED, WITHDRAWN, GIVEN_UP, CASCADED, CLOSED),
)


class Terms(Protocol):
    """What of a mandate its state follows from."""

    @property
    def asked(self) -> bool:
        """Whether the agent proposed it."""

    @property
    def created_at(self) -> datetime:
        """When it was proposed."""

    @property
    def accepted_at(self) -> datetime | None:
        """When the other side agreed."""

    @property
    def revoked_at(self) -> datetime | None:
        """When somebody ended it."""

    @property
    def ended_how(self) -> str | None:
        """Who and how: one of STATES."""

    @property
    def valid_from(self) -> date:
        """Its first day."""

    @property
    def valid_to(self) -> date | None:
        """Its last day, which counts; None: until it is ended."""


def state_of(mandate: Terms, now: datetime) -> str:
    """Where a mandate stands: one of STATES. Days are those of Japan."""
    if mandate.revoked_at is not None:
        return mandate.ended_how or WITHDRAWN
    if mandate.accepted_at is None:
        if now - mandate.created_at >= ANSWER_WITHIN or _past(mandate.valid_to, jst_date(now)):
            return LAPSED
        return ASKED if mandate.asked else OFFERED
    today = jst_date(now)
    if _past(mandate.valid_to, today):
        return EXPIRED
    return UPCOMING if today < mandate.valid_from else IN_FORCE


def within(
    procedures: Collection[str],
    powers: Collection[str],
    period: tuple[date, date | None],
    *,
    of: tuple[Collection[str], Collection[str], tuple[date, date | None]],
) -> bool:
    """Whether terms are nowhere wider than those they come from (復委任の範囲)."""
    source_procedures, source_powers, (start, end) = of
    if source_procedures and not (procedures and set(procedures) <= set(source_procedures)):
        return False
    if not set(powers) <= set(source_powers):
        return False
    return period[0] >= start and (end is None or (period[1] is not None and period[1] <= end))


@dataclass(frozen=True)
class Held:
    """A mandate in force in the hands of an actor. Empty `procedures`: every one."""

    mandate: str
    principal: str
    own: str | None = None
    procedures: frozenset[str] = frozenset()
    powers: frozenset[str] = frozenset(POWERS)

    def allows(self, principal_id: str, procedure_id: str, power: str | None) -> bool:
        """Whether it lets its agent do this for them; without a power: look."""
        return (
            self.principal == principal_id
            and (not self.procedures or procedure_id in self.procedures)
            and (power is None or power in self.powers)
        )

    def narrowed(self, limits: frozenset[str]) -> "Held | None":
        """The same in the hands of who may file only these procedures (none: every one) there;
        None when nothing is left of it.
        """
        if not limits:
            return self
        both = self.procedures & limits if self.procedures else limits
        return replace(self, procedures=both) if both else None


def first_allowing(
    held: Sequence[Held], principal_id: str, procedure_id: str, power: str | None
) -> Held | None:
    """The oldest mandate that allows an act: the one it is done under."""
    return next((one for one in held if one.allows(principal_id, procedure_id, power)), None)


def joined(held: Sequence[Held], principal_id: str) -> frozenset[str]:
    """The procedures of all mandates of one principal together; empty: every one.

    ValueError when there is none: nothing must never be taken for everything.
    """
    limits = [one.procedures for one in held if one.principal == principal_id]
    if not limits:
        raise ValueError("no mandate of this principal")
    return frozenset[str]().union(*limits) if all(limits) else frozenset()


def _past(end: date | None, today: date) -> bool:
    return end is not None and today > end
