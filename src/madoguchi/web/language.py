"""Language of the page: ?lang=, then the cookie, then Accept-Language, then Japanese.

Forms may be in further languages: ?content= asks for one of those, and is remembered too.
"""

import re
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.kernel.language import LANGUAGES

COOKIE = "language"
CONTENT = "content_language"
_TAG = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
ONE_YEAR = 365 * 24 * 60 * 60


class LanguageMiddleware:
    """Sets request.state.language and remembers a choice made by ?lang=."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        query = scope["query_string"].decode("latin-1")
        asked = parse_qs(query, errors="replace").get("lang", [""])
        chosen = asked[-1] if asked[-1] in LANGUAGES else None
        wanted = parse_qs(query, errors="replace").get("content", [""])[-1]
        content = wanted if _TAG.fullmatch(wanted) else ""
        state = scope.setdefault("state", {})
        state["language"] = chosen or negotiate(
            request.cookies.get(COOKIE, ""), request.headers.get("accept-language", "")
        )
        kept = request.cookies.get(CONTENT, "")
        state["content_language"] = content or (kept if _TAG.fullmatch(kept) else "")

        async def send_with_choice(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Accept-Language")
                secure = "; Secure" if self.https else ""
                for name, value in ((COOKIE, chosen), (CONTENT, content)):
                    if value:
                        headers.append(
                            "Set-Cookie",
                            f"{name}={value}; Path=/; SameSite=Lax; HttpOnly; "
                            f"Max-Age={ONE_YEAR}{secure}",
                        )
            await send(message)

        await self.app(scope, receive, send_with_choice)


def negotiate(cookie: str, accept: str) -> str:
    """The best of LANGUAGES for a language cookie and an Accept-Language header (RFC 9110 12.5.4).

    The header is read leniently: parts that make no sense are passed over.
    """
    if cookie in LANGUAGES:
        return cookie
    best, best_weight = LANGUAGES[0], 0.0
    for part in accept[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        language = tag.strip().lower().split("-")[0]
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
