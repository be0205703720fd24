"""Who reads: the actor of a request as a reader of messages."""

from madoguchi.identity.service import Actor
from madoguchi.messages.service import Reader


def reader_of(actor: Actor) -> Reader:
    """The actor with the organisation it belongs to.

    An agent acting for another organisation reads its own messages only: the principal's inbox is
    not part of a mandate to file.
    """
    own = actor.own_organisation if actor.agent else actor.organisation
    return Reader(actor.id, frozenset({own} if own else ()))
