"""The session cookie: signed, short-lived, small; and the language of the page."""

import secrets
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.web.language import negotiate
from madoguchi.web.session import (
    IDLE_SECONDS,
    LARGEST_COOKIE,
    LIFETIME_SECONDS,
    Session,
    SessionCookie,
    SessionMiddleware,
)
from tests.web.app import NOW, TestSettings, client, make_app


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    shown = Clock()
    monkeypatch.setattr(
        "itsdangerous.TimestampSigner.get_timestamp", lambda _: int(shown.now.timestamp())
    )
    return shown


async def test_a_session_is_kept_signed_and_refreshed(clock):
    app = make_app()
    # The middleware's clock is given by the application; here both clocks are one.
    app.user_middleware = [
        type(item)(item.cls, **{**item.kwargs, "clock": clock})
        if item.cls is SessionMiddleware
        else item
        for item in app.user_middleware
    ]
    async with client(app) as http:
        first = await http.get("/session?set=x")
        line = first.headers["set-cookie"]
        assert line.startswith("session=")
        assert "HttpOnly; SameSite=Lax" in line
        assert "set-cookie" not in (await http.get("/session")).headers
        clock.now += timedelta(seconds=IDLE_SECONDS - 10)
        again = await http.get("/session")
        assert again.json()["value"] == "x"
        assert "set-cookie" in again.headers
        clock.now += timedelta(seconds=IDLE_SECONDS + 1)
        assert (await http.get("/session")).json() == {}


async def test_a_session_ends_after_its_lifetime_however_busy(clock):
    app = make_app()
    app.user_middleware = [
        type(item)(item.cls, **{**item.kwargs, "clock": clock})
        if item.cls is SessionMiddleware
        else item
        for item in app.user_middleware
    ]
    async with client(app) as http:
        await http.get("/session?set=x")
        for _ in range(LIFETIME_SECONDS // 1800):
            clock.now += timedelta(seconds=1800)
            assert (await http.get("/session")).json()["value"] == "x"
        clock.now += timedelta(seconds=1)
        assert (await http.get("/session")).json() == {}


async def test_another_secret_or_a_changed_cookie_is_no_session():
    async with client(make_app()) as http:
        await http.get("/session?set=x")
        cookie = http.cookies["session"]
        other = make_app(TestSettings(secret_key="another"))
        async with client(other, cookies={"session": cookie}) as stranger:
            assert (await stranger.get("/session")).json() == {}
        for place in range(0, len(cookie), 7):
            # the low bits of a last base64 character are unused: change a high one
            another = "A" if cookie[place] not in "ABCD" else "g"
            changed = cookie[:place] + another + cookie[place + 1 :]
            async with client(make_app(), cookies={"session": changed}) as forger:
                assert (await forger.get("/session")).json() == {}


async def test_a_flash_is_shown_once():
    async with client(make_app()) as http:
        shown = await http.post("/dev/components", data={})
        after = await http.get("/dev/components")
    assert shown.text.count("dads-page__notices") == 1
    assert "dads-page__notices" not in after.text


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        ("", "", "ja"),
        ("en", "ja", "en"),
        ("fr", "en", "en"),
        ("", "en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("", "fr,ja;q=0.5,en;q=0.4", "ja"),
        ("", "ja;q=0,en;q=0.1", "en"),
        ("", "de", "ja"),
        ("", "en;q=x,ja;q=0.1", "ja"),
        ("", ";;,,q=1", "ja"),
    ],
)
def test_negotiate(cookie, accept, language):
    assert negotiate(cookie, accept) == language


@given(st.text(), st.text())
def test_negotiate_always_gives_a_language(cookie, accept):
    assert negotiate(cookie, accept) in ("ja", "en")


async def test_a_chosen_language_is_remembered():
    async with client(make_app()) as http:
        assert 'lang="ja"' in (await http.get("/dev/components")).text
        assert '<html lang="en">' in (await http.get("/dev/components?lang=en")).text
        page = await http.get("/dev/components")
    assert '<html lang="en">' in page.text
    assert page.headers["content-language"] == "en"
    assert 'href="/dev/components?lang=ja"' in page.text


async def test_what_is_too_long_goes_and_the_rest_stays():
    kept_in = SessionCookie(secret="x", https=True, clock=lambda: NOW)
    parts = {"sign_in": "01J" * 8, "flash": [random_text(3000)], "return": random_text(2500)}
    session = Session()
    session.update(parts)
    (line,) = kept_in.lines(session, 0)
    cookie = line.partition("=")[2].partition(";")[0]
    assert len(cookie) <= LARGEST_COOKIE
    kept, _ = kept_in.read(cookie)
    assert set(kept) == {"sign_in", "return", "since"}


def random_text(length: int) -> str:
    """Text that cannot be compressed."""
    return secrets.token_urlsafe(length)[:length]
