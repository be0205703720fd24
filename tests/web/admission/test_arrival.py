"""Arrival is when the head of a request has come in, not when its body has, nor when it is served."""

from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Request

from madoguchi.web.admission.arrival import arrival_clock
from madoguchi.web.edge import install
from tests.web.app import TestSettings, client

SENT = datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)


async def test_a_request_arrives_before_its_body_is_read():
    now = [SENT]
    app = FastAPI()
    app.state.settings = TestSettings()
    app.state.clock = lambda: now[0]
    install(app)

    @app.post("/filing")
    async def filing(request: Request) -> dict[str, str]:
        await request.body()
        return {"arrived": arrival_clock(request)().isoformat(), "now": now[0].isoformat()}

    async def slow_body():
        yield b"first "
        now[0] = SENT + timedelta(seconds=40)  # the line is slow, or we are
        yield b"last"

    async with client(app) as browser:
        answer = (await browser.post("/filing", content=slow_body())).json()
        assert answer["arrived"] == SENT.isoformat()
        assert answer["now"] == (SENT + timedelta(seconds=40)).isoformat()
        again = (await browser.post("/filing", content=b"x")).json()
        assert again["arrived"] == answer["now"]
