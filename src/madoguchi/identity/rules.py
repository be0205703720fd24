"""Who may do what, as pure decisions. Deny by default: what is not granted is refused."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from madoguchi.identity.agencies import shipped_agencies
from madoguchi.identity.delegation.rules import FILE, LETTERS, Held, first_allowing, joined
from madoguchi.identity.shown import NOTHING, Shown

PUBLIC = "public"
APPLICANT = "applicant"
OFFICIAL = "official"
SYSTEM = "system"

ROLES: Mapping[str, Mapping[str, str]] = {
    "examiner": {"ja": "審査担当", "en": "Examiner"},
    "approver": {"ja": "決裁者", "en": "Approver"},
    "manager": {"ja": "業務管理者", "en": "Manager"},
    "inspector": {"ja": "検査員", "en": "Inspector"},
    "recorder": {"ja": "裏書担当", "en": "Recorder of uses"},
    "administrator": {"ja": "システム管理者", "en": "Administrator"},
    "proofing": {"ja": "本人確認担当", "en": "Identity proofing"},
    "accountant": {"ja": "会計担当", "en": "Accountant"},
    "records": {"ja": "文書管理者", "en": "Records manager"},
    "supervisor": {"ja": "上司", "en": "Supervisor"},
    "leave_approver": {"ja": "休暇承認者", "en": "Leave approver"},
    "legal": {"ja": "法規担当", "en": "Legal"},
    "budget": {"ja": "会計担当", "en": "Budget"},
    "deputy": {"ja": "代決者", "en": "Deputy"},
}
PROOFING = "proofing"
"""Concerns everybody's account, whatever the agency: only the operator's command gives it."""


@dataclass(frozen=True)
class Actor:
    """Actor (行為者): who does something, for whom, with which roles.

    `organisation` is the one acted for: the actor's own, or, when `agent` is true, one that gave
    a mandate (then `own_organisation` is the actor's own). `mandates` are all organisations the
    actor may file for as agent; `scopes` their limits by procedure (empty: every procedure).
    `grants` are (agency, role); roles at agencies only the database knows are already spread to
    the agencies below. `confined`: they act for organisations, but signed in with one factor, so only
    as the private person they are. `limits`: the procedures their own organisation lets them file and
    see (empty: every one), whomever they act for. `branch` is where they belong in their own
    organisation, `branches` those whose filings they see there (None: of the whole organisation).
    `resting`: the organisations for which they may bind nobody now, for the proof of who represents
    these is too old (identity.reproof). `shown`: by what they are all this.
    """

    id: str
    name: str
    kind: str
    organisation: str | None = None
    organisation_name: str | None = None
    corporate_number: str | None = None
    grants: frozenset[tuple[str, str]] = frozenset()
    language: str = "ja"
    agent: bool = False
    own_organisation: str | None = None
    held: tuple[Held, ...] = ()
    token: str | None = None
    confined: bool = False
    limits: frozenset[str] = frozenset()
    branch: str | None = None
    branches: frozenset[str] | None = None
    resting: frozenset[str] = frozenset()
    shown: Shown = NOTHING

    @property
    def mandates(self) -> tuple[str, ...]:
        """The organisations that gave one, the oldest mandate first."""
        return tuple(dict.fromkeys(one.principal for one in self.held))

    @property
    def own(self) -> str | None:
        """The organisation the actor is of, whomever they act for."""
        return self.own_organisation if self.agent else self.organisation


NOBODY = Actor(id="public", name="", kind=PUBLIC)
SYSTEM_ACTOR = Actor(id="system", name="システム", kind=SYSTEM)


def covers(upper: str, lower: str) -> bool:
    """Whether agency `upper` is `lower` or stands above it in the shipped tree."""
    agencies = shipped_agencies()
    current: str | None = lower
    while current is not None:
        if current == upper:
            return True
        record = agencies.get(current)
        current = record.parent if record else None
    return False


def may(actor: Actor, role: str, agency_id: str) -> bool:
    """Whether the actor has the role at the agency or at one above it."""
    return any(held == role and covers(agency, agency_id) for agency, held in actor.grants)


def roles_at(actor: Actor, agency_id: str) -> frozenset[str]:
    """The roles the actor has at the agency, those held above it included."""
    return frozenset(role for agency, role in actor.grants if covers(agency, agency_id))


def agencies_where(actor: Actor, role: str | None = None) -> frozenset[str]:
    """The agencies at which the actor has the role (any role when None), those below included."""
    held = {agency for agency, held in actor.grants if role is None or held == role}
    below = {id for id in shipped_agencies() if any(covers(agency, id) for agency in held)}
    return frozenset(held | below)


def may_manage_clients(actor: Actor) -> bool:
    """Whether the actor registers services that sign people in: an administrator of a ministry.

    They are the installation's, not an agency's: administrators of bureaus and prefectures may not.
    """
    ministries = {id for id, record in shipped_agencies().items() if record.kind == "ministry"}
    return any(role == "administrator" and agency in ministries for agency, role in actor.grants)


def may_file_for(actor: Actor, organisation_id: str, procedure_id: str) -> bool:
    """Whether the actor may file this procedure for this organisation: own, or by mandate."""
    return _may_for(actor, organisation_id, procedure_id, FILE)


def may_read_for(actor: Actor, organisation_id: str, procedure_id: str) -> bool:
    """Whether the actor may see this organisation's filings of a procedure."""
    return _may_for(actor, organisation_id, procedure_id, None)


def may_receive_for(actor: Actor, organisation_id: str, procedure_id: str) -> bool:
    """Whether the actor may open the letters this organisation gets in a procedure; of those that
    belong to none ("") only by a mandate for every procedure.
    """
    return _may_for(actor, organisation_id, procedure_id, LETTERS)


def in_their_branch(actor: Actor, organisation_id: str, branch_id: str | None) -> bool:
    """Whether a filing of a branch of their own organisation is one of those they see there."""
    return organisation_id != actor.own or actor.branches is None or branch_id in actor.branches


def branch_of_filing(actor: Actor, organisation_id: str | None) -> str | None:
    """The branch whose filing it becomes; None: the organisation's itself, or that of another."""
    return actor.branch if organisation_id is not None and organisation_id == actor.own else None


def mandate_for(actor: Actor, organisation_id: str | None, procedure_id: str) -> str | None:
    """The id of the mandate under which an actor acts for an organisation; None for their own."""
    if organisation_id is None or organisation_id == actor.own:
        return None
    held = first_allowing(actor.held, organisation_id, procedure_id, FILE) or first_allowing(
        actor.held, organisation_id, procedure_id, None
    )
    return held.mandate if held else None


def under_mandate(actor: Actor, organisation_id: str | None, procedure_id: str) -> dict[str, str]:
    """What the journal says of the mandate behind an act: {} for acts for one's own organisation."""
    mandate = mandate_for(actor, organisation_id, procedure_id)
    return {"mandate": mandate} if mandate else {}


def _may_for(actor: Actor, organisation_id: str, procedure_id: str, power: str | None) -> bool:
    if actor.kind in (PUBLIC, SYSTEM):
        return False
    if actor.limits and procedure_id not in actor.limits:
        return False
    if organisation_id == actor.own:
        return True
    return first_allowing(actor.held, organisation_id, procedure_id, power) is not None


def limits_of(actor: Actor, power: str | None = None) -> frozenset[str] | None:
    """The procedures an actor may see, or do with a power, for the organisation they act for now.

    frozenset(): every one; None: not any.
    """
    if not actor.agent:
        return actor.limits
    held = [one for one in actor.held if power is None or power in one.powers]
    try:
        found = joined(held, actor.organisation or "")
    except ValueError:
        return None
    if not found or not actor.limits:
        return found or actor.limits
    return found & actor.limits or None


def person_mark(person_id: str) -> str:
    """What pages call their reader, so that scripts tell one user of a device from another."""
    return hashlib.sha256(f"madoguchi.person:{person_id}".encode()).hexdigest()[:20]


def safe_return(path: str | None) -> str:
    """The path to go back to after sign-in, "/" unless it is a path of this service.

    Short enough for the session's cookie, where a letter outside ASCII takes six places. Refuses
    other hosts in all their spellings (//host, /\\host, scheme:), control characters and pages that
    would sign out or in again.
    """
    if not path or not path.startswith("/") or len(ascii(path)) > 2_000:
        return "/"
    if path[1:2] in ("/", "\\") or any(ord(c) < 0x21 or c in "\\\x7f" for c in path):
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path in ("/sign-in", "/sign-out"):
        return "/"
    if parts.path.startswith("/sign-in/"):
        return "/"
    return path
