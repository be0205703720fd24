"""Who may see and use the ledgers of a registration (権限): deny by default."""

from collections.abc import Iterable

from madoguchi.cases.ledgers.models import LedgerAccount
from madoguchi.cases.models import RegisterEntry
from madoguchi.identity.service import Actor, may, may_read_for, roles_at

DECIDERS = ("approver", "manager")


def may_record(actor: Actor, entry: RegisterEntry, accounts: Iterable[LedgerAccount]) -> bool:
    """Whether an official or an official's program may record uses of all these accounts."""
    return actor.kind == "official" and all(_records(actor, entry, one) for one in accounts)


def may_correct(actor: Actor, entry: RegisterEntry, accounts: Iterable[LedgerAccount]) -> bool:
    """Whether somebody may correct or cancel what was recorded: who records, and deciders."""
    decides = any(may(actor, role, entry.agency_id) for role in DECIDERS)
    return decides or may_record(actor, entry, accounts)


def may_see(actor: Actor, entry: RegisterEntry, accounts: Iterable[LedgerAccount]) -> bool:
    """Whether somebody may read lines: the holder, the office's officials, who records."""
    if actor.kind == "official":
        known = bool(roles_at(actor, entry.agency_id))
        return known or any(_records(actor, entry, one) for one in accounts)
    # As with letters: an agent's mandate for single procedures does not cover the ledger.
    return entry.organisation_id is not None and may_read_for(actor, entry.organisation_id, "")


def _records(actor: Actor, entry: RegisterEntry, account: LedgerAccount) -> bool:
    return any(
        may(actor, recorder["role"], recorder["agency"] or entry.agency_id)
        for recorder in account.rules.get("recorders") or ()
    )
