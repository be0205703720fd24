"""What is open to everybody is asked from pages of other sites: preflights, POST, refusals."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.registry.linked.site import endpoint
from tests.registry.programs.site import client, gbizinfo, make_app

THERE = {"origin": "https://yasgui.example", "sec-fetch-site": "cross-site"}
ASKED = {**THERE, "access-control-request-method": "POST"}


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", "GET, POST, HEAD, OPTIONS"),
        ("/api/v1/reconcile", "GET, POST, HEAD, OPTIONS"),
        ("/api/v1/corporations", "GET, HEAD, OPTIONS"),
        ("/api/v1/corporations/7000012050002", "GET, HEAD, OPTIONS"),
        ("/hojin/Download", "POST, OPTIONS"),
    ],
)
async def test_a_browser_asks_beforehand(database: Database, path: str, methods: str) -> None:
    async with client(make_app(database)) as anybody:
        answer = await anybody.options(path, headers=ASKED)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == methods
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"content-type", "x-api-key", "last-event-id", "if-none-match"} <= set(allowed)
    assert "access-control-allow-credentials" not in answer.headers


async def test_where_a_key_is_needed_nothing_is_opened(database: Database) -> None:
    async with gbizinfo(make_app(database)) as program:
        asked = await program.options("/hojin/v2/hojin", headers=ASKED)
        sent = await program.post("/hojin/v2/hojin", headers=THERE)
    assert sent.status_code == 403
    for answer in (asked, sent):
        assert "access-control-allow-origin" not in answer.headers


async def test_a_refusal_can_be_read_there_and_how_much_is_left(database: Database) -> None:
    async with client(make_app(database), **THERE) as anybody:
        wrong = await anybody.get("/api/v1/corporations/1234567890123")
        none = await anybody.get("/api/v1/corporations/7000012050002")
    assert (wrong.status_code, none.status_code) == (422, 404)
    for answer in (wrong, none):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "RateLimit" in answer.headers["access-control-expose-headers"].split(", ")


@pytest.mark.parametrize("form", [True, False])
async def test_queries_are_posted_from_there(linked_root: Path, form: bool) -> None:
    async with endpoint(None, linked_root) as anybody:
        if form:
            answer = await anybody.post("/sparql", data={"query": "ASK {}"}, headers=THERE)
        else:
            kind = {"content-type": "application/sparql-query"}
            answer = await anybody.post("/sparql", content=b"ASK {}", headers={**THERE, **kind})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
