"""Arrival at the edge (到達の時点): the moment a request reached us, before anything waits.

デジタル手続法 第6条第3項: a filing by electronic means has arrived when it is recorded in the file of
the agency's computer. What the sender sent in time must not become late because our machine was
busy: filings take this moment, not the one at which the database got to them.
"""

from datetime import timedelta

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.kernel.clock import Clock, fixed_clock


class ArrivalMiddleware:
    """Outermost: sets request.state.arrived_at (aware, UTC) when a request's head has come in.

    request.state.waited is the time spent in the waiting room that counts for grace: none here.
    """

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["arrived_at"], state["waited"] = self.clock(), timedelta(0)
        await self.app(scope, receive, send)


def arrival_clock(request: Request) -> Clock:
    """A clock that shows when this request reached the edge, however long it has waited since."""
    return fixed_clock(request.state.arrived_at)


def time_waited(request: Request) -> timedelta:
    """How long this person waited in the queue before this request, as far as grace goes."""
    waited: timedelta = request.state.waited
    return waited
