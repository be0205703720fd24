"""Who reads: the actor of a request as a reader of messages."""

from collections.abc import Callable
from dataclasses import replace

from fastapi import Request
from sqlalchemy import Select, false, select

from madoguchi.identity.service import Actor
from madoguchi.messages.models import Message
from madoguchi.messages.service import Reader

Seen = Callable[[Actor], Select[str]]
"""The ids of the cases an actor sees of the party they act for; the application says how."""


def reader_in(request: Request, actor: Actor) -> Reader:
    """The reader of a request: `reader_of` with what the application says of cases."""
    return reader_of(actor, getattr(request.app.state, "cases_seen", None))


def reader_of(actor: Actor, seen: Seen | None = None) -> Reader:
    """The actor with the organisation it belongs to.

    An agent acting for another organisation reads its own messages only: the principal's inbox is
    not part of a mandate to file. Who sees only part of their own organisation's filings, by
    procedure or by branch, reads the messages of these cases only.
    """
    own = actor.own
    organisations = frozenset({own} if own else ())
    if not actor.limits and actor.branches is None:
        return Reader(actor.id, organisations)
    at_home = replace(actor, organisation=own, agent=False, own_organisation=None)
    none = select(Message.case_id).where(false())
    return Reader(actor.id, organisations, cases=seen(at_home) if seen else none)
