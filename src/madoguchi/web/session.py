"""Cookie session (セッション): a small signed dictionary the browser keeps for us.

The cookie is HttpOnly, SameSite=Lax and, over https, Secure with the __Host- prefix. It ends after
IDLE_SECONDS without a request and in any case LIFETIME_SECONDS after sign-in (ASVS 7.3). It is
signed, not encrypted: put ids in it, no secrets.
"""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.kernel.clock import Clock
from madoguchi.kernel.language import Text

IDLE_SECONDS = 60 * 60
LIFETIME_SECONDS = 12 * 60 * 60
REFRESH_SECONDS = 60
LARGEST_COOKIE = 3800  # browsers keep 4,096 bytes for name, value and attributes
MOST_FLASHES = 5


class Session(MutableMapping[str, Any]):
    """The session's JSON values; knows whether it must be written back."""

    def __init__(self, values: dict[str, Any] | None = None) -> None:
        self._values = dict(values or {})
        self.changed = False

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value
        self.changed = True

    def __delitem__(self, key: str) -> None:
        del self._values[key]
        self.changed = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def flash(request: Request, text: Text, tone: str = "success", body: Text | None = None) -> None:
    """Show a notice on the next page this person sees; tone info | success | warning | error."""
    session = request.state.session
    notice = {"title": dict(text), "tone": tone, "body": dict(body) if body else None}
    session["flash"] = [*session.get("flash", []), notice][-MOST_FLASHES:]


def pop_flashes(request: Request) -> list[dict[str, Any]]:
    """The notices not yet shown; afterwards there are none."""
    session = getattr(request.state, "session", None)
    if not session or not session.get("flash"):
        return []
    found = session.pop("flash")
    return [notice for notice in found if isinstance(notice, dict)]


def keep_cookie(request: Request, name: str, value: str, max_age: int) -> None:
    """Have a cookie set beside the session's and with its attributes."""
    request.state.cookies[name] = (value, max_age)


def cookie_of(request: Request, name: str) -> str:
    """What a cookie of keep_cookie holds, as the browser says; "" when there is none."""
    return request.cookies.get(request.state.cookie_prefix + name, "")


class SessionCookie:
    """The signed cookie a session is kept in."""

    def __init__(self, *, secret: str, https: bool, clock: Clock) -> None:
        self.https = https
        self.clock = clock
        self.prefix = "__Host-" if https else ""
        self.name = f"{self.prefix}session"
        self.serializer = URLSafeTimedSerializer(secret, salt="madoguchi.web.session")

    def read(self, cookie: str) -> tuple[Session, int]:
        """The session of a cookie and its age in seconds; a bad or old one is an empty session."""
        if not cookie or len(cookie) > LARGEST_COOKIE:
            return Session(), 0
        try:
            values, signed_at = self.serializer.loads(cookie, return_timestamp=True)
        except (BadData, ValueError, RecursionError):
            return Session(), 0
        now = self.clock().timestamp()
        age = now - signed_at.timestamp()
        if not isinstance(values, dict) or not isinstance(values.get("since"), int):
            return Session(), 0
        if age > IDLE_SECONDS or now - values["since"] > LIFETIME_SECONDS:
            return Session(), 0
        return Session(values), int(age)

    def lines(self, session: Session, age: int) -> list[str]:
        """The values of Set-Cookie by which a session of this age is written back; none while it
        need not be.
        """
        if not (session.changed or (len(session) and age > REFRESH_SECONDS)):
            return []
        if set(session) <= {"since"}:
            return [self.line(self.name, "", 0)]
        if "since" not in session:
            session["since"] = int(self.clock().timestamp())
        while len(value := str(self.serializer.dumps(dict(session)))) > LARGEST_COOKIE:
            # Browsers drop what is too long. The longest goes first: notices, the way back; ids are
            # short, so nobody is signed out by an address somebody made for them.
            largest = max(session, key=lambda key: len(json.dumps(session[key])))
            del session[largest]
        return [self.line(self.name, value, LIFETIME_SECONDS)]

    def line(self, name: str, value: str, max_age: int) -> str:
        """A value of Set-Cookie with the session's attributes."""
        secure = "; Secure" if self.https else ""
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}"


class SessionMiddleware:
    """Reads the session cookie into request.state.session and writes it back when needed."""

    def __init__(self, app: ASGIApp, *, secret: str, https: bool, clock: Clock) -> None:
        self.app = app
        self.cookie = SessionCookie(secret=secret, https=https, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        kept = self.cookie
        session, age = kept.read(Request(scope).cookies.get(kept.name, ""))
        cookies: dict[str, tuple[str, int]] = {}
        scope.setdefault("state", {}).update(
            session=session, cookies=cookies, cookie_prefix=kept.prefix
        )

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                lines = kept.lines(session, age)
                lines += [kept.line(kept.prefix + name, *told) for name, told in cookies.items()]
                for line in lines:
                    MutableHeaders(scope=message).append("Set-Cookie", line)
                if len(session):
                    MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_cookie)
