"""A small application with the web edge, for the tests of the edge."""

import errno
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response, StreamingResponse

from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.errors import DomainError
from madoguchi.web.edge import install
from madoguchi.web.forms import form_of

NOW = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class TestSettings:
    __test__ = False
    secret_key: str = "a secret for tests"
    demo: bool = True
    address: str = "http://testserver"
    max_body: int = 1_000_000
    max_upload: int = 4_000_000
    at_once: int = 32
    grace_minutes: int = 120
    provider_networks: str = ""
    card_issuer: str = ""
    map_tiles: str = "https://cyberjapandata.gsi.go.jp/xyz/std/{z}/{x}/{y}.png"


class Body(BaseModel):
    name: str
    extra: dict[str, Any] = {}


def make_app(settings: TestSettings | None = None) -> FastAPI:
    app = FastAPI()
    app.state.settings = settings or TestSettings()
    app.state.clock = fixed_clock(NOW)
    install(app)

    @app.post("/form")
    async def form(request: Request) -> Response:
        async with form_of(request) as sent:
            files = {
                name: [[item.filename, item.size, item.read().decode("latin-1")] for item in items]
                for name, items in sent.files.items()
            }
            return JSONResponse({"fields": sent.fields, "files": files})

    @app.post("/api/v1/things")
    async def things(body: Body) -> Body:
        return body

    @app.get("/session")
    async def session(request: Request, set: str = "") -> dict[str, Any]:
        if set:
            request.state.session["value"] = set
        return dict(request.state.session)

    @app.get("/things/{number}")
    async def thing(number: int) -> dict[str, int]:
        return {"number": number}

    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("a secret detail")

    @app.get("/full")
    @app.get("/api/v1/full")
    @app.post("/full")
    async def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    @app.get("/half")
    async def half() -> Response:
        async def chunks():
            yield b"begun"
            raise RuntimeError("too late")

        return StreamingResponse(chunks())

    @app.get("/refused")
    async def refused() -> None:
        raise DomainError("no", 409, {"ja": "だめ {x}", "en": "no {x}"}, {"x": "<b>"}, ("/a",))

    return app


def client(app: FastAPI, **kwargs: Any) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://testserver", **kwargs)
