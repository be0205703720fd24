"""Whose payments a request may see: the actor's own and those of whom the actor acts for."""

from madoguchi.identity.service import Actor


def payers_of(actor: Actor) -> frozenset[str]:
    """The organisations whose fees the actor may see and pay; an agent pays for its principal."""
    return frozenset(id for id in (actor.organisation, actor.own_organisation) if id)
