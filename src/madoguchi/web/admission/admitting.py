"""Admitting (受入れ): a request is let in, waits its turn, or is sent to the waiting room.

Nobody's body is read before they are let in. Those inside (signed in, or let in from the line)
wait within the process and are never sent back to the line; programs wait a little; newcomers are
served while nobody waits, and otherwise get a ticket.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.kernel.ids import new_id
from madoguchi.web.admission import waiting_room
from madoguchi.web.admission.line import Line
from madoguchi.web.admission.pace import Pace
from madoguchi.web.admission.place import LONGEST, Pass, Places, Ticket, let_in, seen_again, waited
from madoguchi.web.admission.rules import (
    CALM,
    EXPECTED,
    INSIDE_PATIENCE,
    LATE,
    MOST_WAITING,
    NEWCOMER_PATIENCE,
    OUTSIDE,
    PROGRAM_PATIENCE,
    Who,
    ask_again,
    minutes_left,
)
from madoguchi.web.admission.turnstile import Turnstile
from madoguchi.web.admission.waiting_room import Wait, WaitingRoom
from madoguchi.web.problems import wants_problem

T = TypeVar("T")
LARGEST_PASSED = 1_000_000  # bytes of a refused body, never kept
REFRESH = 60_000  # ms after which a pass is written again, as the session is


class Admission:
    """ASGI middleware; see the module. Needs `arrived_at` of ArrivalMiddleware."""

    def __init__(
        self, app: ASGIApp, *, secret: str, https: bool, at_once: int, grace: timedelta
    ) -> None:
        self.app = app
        self.https = https
        self.grace = grace
        self.cookie = "__Host-place" if https else "place"
        self.places = Places(secret)
        self.turnstile = Turnstile(at_once)
        self.room = WaitingRoom(grace)
        self.line = Line(MOST_WAITING)
        self.pace = Pace(start=max(1.0, at_once / 4), most=at_once * 2.0)
        self._strained = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(OUTSIDE):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        now = _ms(request)
        shown = self.places.read(request.cookies.get(self.cookie, ""), now)
        place = self._turn_of(shown, now) if isinstance(shown, Ticket) else shown
        if isinstance(place, Pass):
            request.state.waited = waited(place, now, self.grace)
            fresh = place is not shown or now - place.seen > REFRESH
            kept = replace(place, seen=now) if fresh else None
            await self._inside(request, place, kept, receive, send)
        elif wants_problem(request):
            await self._program(request, receive, send)
        else:
            await self._newcomer(request, place, now, receive, send)

    def _turn_of(self, ticket: Ticket, now: int) -> Ticket | Pass:
        """The ticket, or the pass it is exchanged for when its turn has come."""
        self.line.forget(now)
        self._wait(ticket, now)
        calm = now - self._strained > CALM
        full = self.turnstile.full
        room = 0 if full else self.turnstile.limit * EXPECTED - self.line.expected
        self.line.call(self.pace.due(now, calm=calm, room=room))
        if not self.line.is_called(ticket.id):
            return seen_again(ticket, now)
        self.line.enter(ticket.id)
        return let_in(ticket, now)

    def _wait(self, ticket: Ticket, now: int) -> int:
        """Keep a ticket's place until it is to be shown again; how many stand before it."""
        ahead = self.line.ahead(ticket.id, ticket.joined)
        if not self.line.is_called(ticket.id):
            self.line.show(ticket.id, ticket.joined, now + ask_again(ahead) * 1_000 + LATE)
        return ahead

    async def _inside(
        self, request: Request, place: Pass, kept: Pass | None, receive: Receive, send: Send
    ) -> None:
        """Serve somebody let in; `kept` is the pass to write, if it is to be written again."""
        if self.turnstile.full:
            self._strained = _ms(request)
        if await self.turnstile.enter(Who.INSIDE, place.id, INSIDE_PATIENCE):
            await self._serve(request, Who.INSIDE, place.id, kept, receive, send)
            return
        response = waiting_room.again(request)
        self._set_cookie(MutableHeaders(raw=response.raw_headers), kept or place)
        await _refuse(request, response, receive, send)

    async def _program(self, request: Request, receive: Receive, send: Send) -> None:
        if await self.turnstile.enter(Who.PROGRAM, "", PROGRAM_PATIENCE):
            await self._serve(request, Who.PROGRAM, "", None, receive, send)
        else:
            busy = self.turnstile.waiting(Who.PROGRAM) / self.turnstile.limit
            await _refuse(request, waiting_room.for_program(request, busy), receive, send)

    async def _newcomer(
        self, request: Request, ticket: Ticket | None, now: int, receive: Receive, send: Send
    ) -> None:
        if (
            ticket is None
            and not len(self.line)
            and await self.turnstile.enter(Who.NEWCOMER, "", NEWCOMER_PATIENCE)
        ):
            await self._serve(request, Who.NEWCOMER, "", None, receive, send)
            return
        ticket = ticket or Ticket(new_id(), now, now)
        ahead = self._wait(ticket, now)
        wait = Wait(ahead, ask_again(ahead), minutes_left(ahead, self.pace.speed), ticket.joined)
        response = self.room.page(request, wait)
        self._set_cookie(MutableHeaders(raw=response.raw_headers), ticket)
        await _refuse(request, response, receive, send)

    async def _serve(
        self,
        request: Request,
        who: Who,
        holder: str,
        kept: Pass | None,
        receive: Receive,
        send: Send,
    ) -> None:
        sender = _Sender(self.turnstile, receive)

        async def send_with_pass(message: Message) -> None:
            if message["type"] == "http.response.start":
                place = kept or (_pass_of_session(request) if who is Who.NEWCOMER else None)
                if place is not None:
                    headers = MutableHeaders(scope=message)
                    self._set_cookie(headers, place)
                    headers.setdefault("Cache-Control", "no-store")
                await send(message)
            elif message.get("more_body"):
                await sender.slowly(send(message))
            else:
                await send(message)

        try:
            await self.app(request.scope, sender.receive, send_with_pass)
        finally:
            self.turnstile.leave(who, holder)

    def _set_cookie(self, headers: MutableHeaders, place: Ticket | Pass) -> None:
        secure = "; Secure" if self.https else ""
        value, age = self.places.write(place), LONGEST // 1_000
        headers.append(
            "Set-Cookie",
            f"{self.cookie}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}",
        )


async def _refuse(request: Request, response: Response, receive: Receive, send: Send) -> None:
    """Answer without the body: a little of it is let pass, as browsers show no answer before."""
    passed, more = 0, request.method not in ("GET", "HEAD")
    while more and passed < LARGEST_PASSED:
        message = await receive()
        passed += len(message.get("body") or b"")
        more = message.get("more_body", False)
    await response(request.scope, receive, send)


def _pass_of_session(request: Request) -> Pass | None:
    """Whoever signs in is inside: they keep their pass when a surge begins."""
    now = _ms(request)
    return Pass(new_id(), now, now, now) if getattr(request.state, "session", None) else None


class _Sender:
    """Whoever sends the request: while they keep us waiting, their place is lent to another."""

    def __init__(self, turnstile: Turnstile, receive: Receive) -> None:
        self._turnstile = turnstile
        self._receive = receive
        self._ended = self._lent = False

    async def receive(self) -> Message:
        """The server's next message."""
        if self._ended:
            return await self._receive()
        message: Message = await self.slowly(self._receive())
        self._ended = not message.get("more_body", False)
        return message

    async def slowly(self, awaited: Awaitable[T]) -> T:
        """Await something that depends on the sender's line."""
        if self._lent:
            return await awaited
        self._lent = True
        self._turnstile.lend()
        try:
            return await awaited
        finally:
            self._lent = False
            self._turnstile.take_back()


def _ms(request: Request) -> int:
    return int(request.state.arrived_at.timestamp() * 1_000)
