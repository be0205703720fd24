"""The door of intake (受付口): ASGI middleware that reads filings of programs as barely as it can.

It stands before sessions, languages and routes. A POST that asks for something else, or that intake
leaves to the ordinary way, goes on with its body as it came.
"""

from collections.abc import Sequence
from datetime import datetime

from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.cases.intake.asked import Asked, procedure_in, read_request
from madoguchi.cases.intake.storing import take_in
from madoguchi.cases.intake.taking import Taken
from madoguchi.kernel.database import Database
from madoguchi.kernel.grouping import Full, GoOn, Grouping
from madoguchi.web.doors import headers_of, offering, read_whole, send_answer
from madoguchi.web.gate import holds_suspect, refusal
from madoguchi.web.problems import problem

LARGEST_BODY = 256 * 1024  # far less than a draft may hold; what is larger goes the ordinary way
LARGEST_GROUP = 50
MOST_WAITING = 2_000  # requests: about ten megabytes, and a second or two of work
POSTGRES_LANES = 2  # while one group is written and committed, the next is judged

Intake = Grouping[Asked, Taken | None]


def open_intake(database: Database, state: State) -> Intake:
    """Where filings gather; `state` has blobs and clock. Close it before the database."""

    async def work(group: Sequence[Asked], go_on: GoOn) -> list[Taken | None]:
        return await take_in(database, state.blobs, state.clock, group, go_on)

    lanes = 1 if database.is_sqlite else POSTGRES_LANES
    return Grouping(work, largest=LARGEST_GROUP, most_waiting=MOST_WAITING, lanes=lanes)


class Door:
    """ASGI middleware; see the module. `state.intake` is there while the application runs."""

    def __init__(self, app: ASGIApp, *, state: State, trusted_host: str) -> None:
        self.app = app
        self.state = state
        self.trusted_host = trusted_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        intake: Intake | None = getattr(self.state, "intake", None)
        if intake is None or not _may_enter(scope) or refusal(scope, self.trusted_host):
            await self.app(scope, receive, send)
            return
        headers, message = headers_of(scope), await read_whole(receive, LARGEST_BODY)
        asked = None
        if _is_small_json(headers, message):
            arrived: datetime = scope["state"]["arrived_at"]
            body = message["body"]
            asked = read_request(scope["path"], scope["query_string"], headers, body, arrived)
        if asked is not None:
            try:
                taken = await intake.do(asked)
            except Full as full:
                busy = problem(
                    Request(scope),
                    503,
                    code=full.code,
                    message={k: text.format(**full.params) for k, text in full.message.items()},
                    headers={"Retry-After": str(full.retry_after)},
                )
                await busy(scope, receive, send)
                return
            except Exception:  # logged where it happened: the ordinary way finds words for it
                taken = None
            if taken is not None:
                answer = taken.answer
                await send_answer(send, answer["status"], answer["headers"], answer["body"])
                return
        await self.app(scope, offering(message, receive), send)


def _may_enter(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and procedure_in(scope["path"]) is not None
        and not scope["state"]["waited"]  # what the wait is worth, the ordinary way knows
    )


def _is_small_json(headers: dict[str, str], message: Message) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    body: bytes = message.get("body") or b""
    whole = message["type"] == "http.request" and not message.get("more_body")
    return whole and kind == "application/json" and not holds_suspect(body)
