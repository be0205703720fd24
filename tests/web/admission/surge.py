"""A small application whose work can be held up, behind the real web edge."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from madoguchi.web.edge import install
from tests.web.app import TestSettings

NOON = datetime(2026, 3, 31, 3, tzinfo=UTC)
LONG = 60.0  # seconds: a test hangs no longer, and never waits so long when all is well


@dataclass
class Surge:
    """The application and what goes on in it."""

    app: FastAPI
    now: datetime = NOON
    held: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the others go on until something holds."""
        async with asyncio.timeout(LONG):
            while not condition():
                await asyncio.sleep(0)


def make_surge(at_once: int = 2, grace_minutes: int = 120) -> Surge:
    """/work/{name} takes until `held` is set; /quick, /sign-in and /waited answer at once."""
    app = FastAPI()
    app.state.settings = replace(TestSettings(), at_once=at_once, grace_minutes=grace_minutes)
    surge = Surge(app)
    app.state.clock = lambda: surge.now
    install(app)

    @app.api_route("/work/{name}", methods=["GET", "POST"])
    @app.api_route("/api/v1/work/{name}", methods=["GET", "POST"])
    async def work(request: Request, name: str) -> str:
        surge.sent.append(await request.body())
        surge.begun.append(name)
        await surge.held.wait()
        return name

    @app.get("/write")
    async def write() -> HTMLResponse:
        return HTMLResponse(
            '<link rel="icon" href="data:,"><form method="post" action="/work/note">'
            '<input name="note"><button>Send</button></form>'
        )

    @app.get("/quick")
    async def quick() -> str:
        return "quick"

    @app.get("/sign-in")
    async def sign_in(request: Request) -> str:
        request.state.session["who"] = "a person"
        return "signed in"

    @app.get("/waited")
    async def waited(request: Request) -> float:
        return float(request.state.waited.total_seconds())

    @app.get("/stored")
    async def stored() -> Response:
        return Response("x", headers={"Cache-Control": "public, max-age=60"})

    @app.get("/log/checkpoint")
    async def checkpoint() -> str:
        return "log"

    return surge
