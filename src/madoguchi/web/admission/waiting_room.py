"""The waiting room (待合室) and other answers of 503: each says when to ask again (RFC 9110 15.6.4).

The page tells the place in line, an estimate, and what happens to deadlines and to what was
entered. It reloads by the Refresh header, without scripts, says so, and can be told not to
(WCAG 2.2.1). It is a page of nobody's: it knows neither session nor account.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from madoguchi.kernel.clock import as_jst
from madoguchi.web.problems import problem, wants_problem
from madoguchi.web.shell import shell_context

QUEUE, STILL = "queue", "still"  # ?queue=still: the page does not reload by itself
_AHEAD, _SECONDS, _MINUTES, _JOINED = "@ahead@", "@seconds@", "@minutes@", "@joined@"
_HERE = "/waiting-room-stands-here"
AGAIN = 10  # seconds


@dataclass(frozen=True)
class Wait:
    """Where somebody stands: people before, seconds until asking again, minutes, joined (ms)."""

    ahead: int
    seconds: int
    minutes: int | None
    joined: int


class WaitingRoom:
    """Makes the page: each kind of it is rendered once, and only figures and addresses filled in.

    Thousands of these are asked for while others are to be served: rendering each anew took two
    thirds of the processor.
    """

    def __init__(self, grace: timedelta) -> None:
        self._grace = int(grace / timedelta(minutes=1))
        self._rendered: dict[tuple[str, bool, bool, bool, bool], str] = {}

    def page(self, request: Request, wait: Wait) -> Response:
        """The waiting page of a newcomer, 503."""
        still = request.query_params.get(QUEUE) == STILL
        sent = request.method not in ("GET", "HEAD")
        language = request.state.language
        kind = (language, still, sent, wait.ahead == 0, wait.minutes is None)
        if kind not in self._rendered:
            self._rendered[kind] = self._render(request, wait, still=still, sent=sent)
        joined = as_jst(datetime.fromtimestamp(wait.joined / 1_000, UTC))
        html = self._rendered[kind]
        for mark, value in (
            (_AHEAD, f"{wait.ahead:,}"),
            (_SECONDS, str(wait.seconds)),
            (_MINUTES, str(wait.minutes)),
            (_JOINED, f"{joined:%H時%M分%S秒}" if language == "ja" else f"{joined:%H:%M:%S} JST"),
            *_addresses(request),
        ):
            html = html.replace(mark, value)
        response = HTMLResponse(html, 503, headers={"Content-Language": language})
        return _later(response, wait.seconds, refresh=not (still or sent))

    def _render(self, request: Request, wait: Wait, *, still: bool, sent: bool) -> str:
        scope = {**request.scope, "path": _HERE, "query_string": b""}
        context = {
            "ahead": _AHEAD if wait.ahead else "",
            "minutes": _MINUTES if wait.minutes is not None else "",
            "seconds": _SECONDS,
            "joined": _JOINED,
            "still": still,
            "sent": sent,
            "grace_minutes": self._grace,
        }
        nobody = Request(scope)
        html: str = request.app.state.pages.source(
            "admission/waiting.html",
            request.state.language,
            {**shell_context(nobody), **context},
            nobody,
        )
        return html


def _addresses(request: Request) -> list[tuple[str, str]]:
    """What the page's own address is, with and without something to be added to it."""
    query = request.scope["query_string"].decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    kept = urlencode([(name, value) for name, value in pairs if name not in (QUEUE, "lang")])
    path = "/" + quote(request.scope["path"], safe="/%:@!$&'()*+,;=~-._").lstrip("/")
    more = f"{path}?{kept}&" if kept else f"{path}?"
    return [(f"{_HERE}?", escape(more)), (_HERE, escape(more[:-1]))]


def again(request: Request) -> Response:
    """For somebody inside when even they are too many: to be sent again, nothing is lost."""
    if wants_problem(request):
        return for_program(request, 1)
    sent = request.method not in ("GET", "HEAD")
    response: Response = request.app.state.pages.render(
        request, "admission/again.html", status=503, sent=sent
    )
    return _later(response, AGAIN, refresh=False)


def for_program(request: Request, busy: float) -> Response:
    """A problem (RFC 9457); Retry-After is drawn, so that all do not come back at once.

    `busy`: requests waiting for each that can be served.
    """
    longest = min(60, 4 + int(8 * busy))
    seconds = 1 + secrets.randbelow(longest)
    message = request.app.state.texts.text("web.waiting.program")
    return problem(
        request, 503, code="busy", message=message, headers={"Retry-After": str(seconds)}
    )


def _later(response: Response, seconds: int, *, refresh: bool) -> Response:
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    if refresh:
        response.headers["Refresh"] = str(seconds)
    return response
