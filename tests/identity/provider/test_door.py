"""The provider's door: programs are answered in their own words, whatever people wait for."""

import pytest

from madoguchi.identity.provider import door, endpoints
from madoguchi.kernel.database import DatabaseBusy
from tests.identity.provider.world import Op


async def test_a_program_needs_no_place_in_the_line_but_has_a_bound(
    op: Op, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "AT_ONCE", 0)
    answer = await op.call("POST", "/oauth/token", data={"grant_type": "client_credentials"})
    assert answer.status_code == 503
    assert answer.json() == {"error": "temporarily_unavailable"}
    assert answer.headers["retry-after"] == "1"
    assert (await op.call("GET", "/sign-in")).status_code == 200
    monkeypatch.undo()
    for _ in range(3):  # a place is given back, whatever became of the request
        assert (await op.call("POST", "/oauth/token", data={})).status_code in (400, 401)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [(DatabaseBusy(), 503, "temporarily_unavailable"), (RuntimeError("ours"), 500, "server_error")],
)
async def test_faults_are_told_as_json_and_nothing_else(
    op: Op, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, code: str
) -> None:
    async def failing(*_: object) -> None:
        raise fault

    monkeypatch.setattr(endpoints.telling, "introspect", failing)
    answer = await op.call("POST", "/oauth/introspect", auth=op.auth, data={"token": "x"})
    assert (answer.status_code, answer.json()) == (status, {"error": code})
    assert answer.headers["cache-control"] == "no-store"


async def test_what_the_gate_refuses_it_refuses_here_too(op: Op) -> None:
    other = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert (await op.call("POST", "/oauth/token", headers=other)).status_code == 403
    assert (await op.call("GET", "/oauth/userinfo?a=%00")).status_code == 400
    assert (await op.call("HEAD", "/oauth/jwks")).status_code == 200
    assert (await op.call("GET", "/oauth/token")).status_code == 405
    large = await op.call("POST", "/oauth/token", data={"code": "x" * 70_000})
    assert large.status_code == 413
