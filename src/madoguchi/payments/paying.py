"""Whose payments a request may see: the actor's own and those of whom the actor acts for."""

from madoguchi.identity.service import Actor, limits_of


def payers_of(actor: Actor) -> dict[str, frozenset[str]]:
    """The organisations whose fees the actor may see and pay, each with the procedures of which
    (frozenset(): every one); an agent pays for its principal what its mandates cover.
    """
    found: dict[str, frozenset[str]] = {}
    limits = limits_of(actor)
    if actor.organisation is not None and limits is not None:  # None: not any
        found[actor.organisation] = limits
    if actor.agent and actor.own_organisation is not None:
        found[actor.own_organisation] = actor.limits
    return found
