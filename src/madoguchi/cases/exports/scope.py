"""How much of a party's filings a file may hold (範囲): whoever may see less by now may not open it."""

from collections.abc import Mapping

from madoguchi.identity.service import Actor, limits_of

Scope = dict[str, list[str] | None]


def scope_of(actor: Actor) -> Scope | None:
    """What somebody sees of the party they act for: `procedures` and `branches`, each None for every
    one; None for who sees not any.
    """
    limits = limits_of(actor)
    if limits is None:
        return None
    branches = None if actor.agent or actor.branches is None else sorted(actor.branches)
    return {"procedures": sorted(limits) or None, "branches": branches}


def covered(then: Mapping[str, list[str] | None] | None, now: Scope | None) -> bool:
    """Whether what somebody sees now is all that a file made then may hold."""
    if then is None or now is None:
        return False
    return all(_within(then[part], seen) for part, seen in now.items())


def _within(then: list[str] | None, now: list[str] | None) -> bool:
    return now is None or (then is not None and set(then) <= set(now))
