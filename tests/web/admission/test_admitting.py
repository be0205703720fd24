"""Who is served, who waits, and what they are told, with an application that is held up."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from madoguchi.web.admission import admitting
from madoguchi.web.admission.place import Pass, Places, Ticket
from tests.web.admission.surge import NOON, Surge, make_surge
from tests.web.app import TestSettings, client

PLACES = Places(TestSettings().secret_key)
NOON_MS = int(NOON.timestamp() * 1_000)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing moves, waiting longer changes nothing."""
    monkeypatch.setattr(admitting, "NEWCOMER_PATIENCE", 0.01)
    monkeypatch.setattr(admitting, "PROGRAM_PATIENCE", 0.01)


@asynccontextmanager
async def busy(surge: Surge, count: int = 2) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """So many newcomers are being served and do not get done until `held` is set."""
    async with client(surge.app) as others:
        tasks = [asyncio.create_task(others.get(f"/work/{n}")) for n in range(count)]
        await surge.until(lambda: len(surge.begun) == count)
        yield tasks
        surge.held.set()
        for task in tasks:
            assert (await task).status_code == 200


def place_of(browser: httpx.AsyncClient) -> Ticket | Pass | None:
    return PLACES.read(browser.cookies.get("place", ""), NOON_MS)


async def inside(surge: Surge, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/sign-in")).status_code == 200
    assert isinstance(place_of(browser), Pass)


async def test_in_calm_times_only_those_who_sign_in_get_a_pass():
    surge = make_surge()
    async with client(surge.app) as browser:
        answer = await browser.get("/stored")
        assert (answer.status_code, answer.headers.get("set-cookie")) == (200, None)
        assert answer.headers["cache-control"] == "public, max-age=60"
        program = await browser.get("/api/v1/nothing")
        assert (program.status_code, program.headers.get("set-cookie")) == (404, None)
        await inside(surge, browser)
        surge.later(seconds=1)
        assert (await browser.get("/quick")).headers.get("set-cookie") is None
        surge.later(minutes=30)
        assert "place=pass" in (await browser.get("/quick")).headers["set-cookie"]


async def test_newcomers_get_a_ticket_and_come_in_by_turns():
    surge = make_surge()
    async with client(surge.app) as first, client(surge.app) as second:
        async with busy(surge):
            answer = await first.get("/quick?a=1")
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == answer.headers["refresh"] == "5"
            assert answer.headers["cache-control"] == "no-store"
            assert "次にご案内します" in answer.text
            assert "120分" in answer.text
            ticket = place_of(first)
            assert ticket == Ticket(ticket.id, NOON_MS, NOON_MS)
            surge.later(seconds=1)
            assert "約1人" in (await second.get("/quick")).text
            surge.later(seconds=1)
            assert (await first.get("/quick")).status_code == 503  # nobody inside gets done
            assert place_of(first).joined == NOON_MS
        surge.later(seconds=5)
        assert (await second.get("/quick")).status_code == 503  # though the second asks first
        assert (await first.get("/quick")).status_code == 200
        assert isinstance(place_of(first), Pass)
        surge.later(seconds=5)
        assert (await second.get("/quick")).status_code == 200
        third = await first.get("/quick")
        assert third.status_code == 200


async def test_who_is_inside_waits_within_and_goes_first():
    surge = make_surge()
    async with client(surge.app) as insider, client(surge.app) as other:
        await inside(surge, insider)
        async with busy(surge):
            waiting = asyncio.create_task(insider.post("/work/mine", content=b"my form"))
            for _ in range(50):
                await asyncio.sleep(0)
            assert "mine" not in surge.begun
            assert (await other.get("/quick")).status_code == 503
        answer = await waiting
        assert (answer.status_code, answer.json()) == (200, "mine")


async def test_when_those_inside_are_too_many_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(admitting, "INSIDE_PATIENCE", 0.01)
    surge = make_surge()
    async with client(surge.app) as insider:
        await inside(surge, insider)
        async with busy(surge):
            answer = await insider.post("/work/mine", data={"a": "b"})
            assert answer.status_code == 503
            assert "まだ届いていません" in answer.text
            assert "再読み込み" in answer.text
            assert answer.headers["retry-after"] == "10"
            assert "refresh" not in answer.headers  # it would ask for the page, not send the form
            saving = await insider.post("/work/x", headers={"Accept": "application/json"})
            assert saving.json()["code"] == "busy"
        again = await insider.post("/work/mine", data={"a": "b"})
        assert again.status_code == 200


async def test_programs_are_told_when_to_come_back():
    surge = make_surge()
    async with client(surge.app) as program:
        async with busy(surge):
            seconds = set()
            for _ in range(20):
                answer = await program.post("/api/v1/work/x", json={"a": 1})
                assert answer.status_code == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["code"] == "busy"
                assert "set-cookie" not in answer.headers
                seconds.add(int(answer.headers["retry-after"]))
            assert min(seconds) >= 1
            assert len(seconds) > 1, "twenty draws of at least four were all the same"
        assert (await program.post("/api/v1/work/x", json={"a": 1})).status_code == 200


async def test_the_body_of_who_is_refused_is_not_kept():
    surge = make_surge()
    read = 0

    async def endless():
        nonlocal read
        for _ in range(1_000):
            read += 100_000
            yield b"x" * 100_000

    async with client(surge.app) as newcomer, busy(surge):
        answer = await newcomer.post("/work/large", content=endless())
        assert answer.status_code == 503
        assert "refresh" not in answer.headers
        assert read <= admitting.LARGEST_PASSED + 200_000


async def test_a_slow_sender_lends_the_place():
    surge = make_surge(at_once=1)
    surge.held.set()
    sent = asyncio.Event()

    async def slow():
        yield b"first"
        await sent.wait()
        yield b"last"

    async with client(surge.app) as phone, client(surge.app) as other:
        upload = asyncio.create_task(phone.post("/work/upload", content=slow()))
        for _ in range(50):
            await asyncio.sleep(0)
        assert "upload" not in surge.begun
        assert (await other.get("/quick")).status_code == 200
        sent.set()
        assert (await upload).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "pass~me~1~1~1",
        Places("guessed").write(Pass("me", NOON_MS, NOON_MS, NOON_MS)),
        PLACES.write(Pass("me", NOON_MS - 8_000_000, NOON_MS - 7_000_000, NOON_MS - 4_000_000)),
    ],
)
async def test_a_forged_or_ended_pass_is_none(value):
    surge = make_surge()
    async with client(surge.app, cookies={"place": value}) as browser, busy(surge):
        assert (await browser.get("/quick")).status_code == 503


async def test_a_copied_pass_shares_its_allowance():
    surge = make_surge()
    copied = PLACES.write(Pass("shared", NOON_MS, NOON_MS, NOON_MS))
    async with client(surge.app, cookies={"place": copied}) as many, busy(surge):
        asked = [asyncio.create_task(many.get(f"/work/c{n}")) for n in range(40)]
        await surge.until(lambda: sum(task.done() for task in asked) == 40 - 16)
        refused = [task for task in asked if task.done()]
        assert {task.result().status_code for task in refused} == {503}
        surge.held.set()
        answers = await asyncio.gather(*asked)
        assert sum(answer.status_code == 200 for answer in answers) == 16


@pytest.mark.parametrize(("grace", "counts"), [(120, 90.0), (1, 60.0), (0, 0.0)])
async def test_the_time_waited_is_known_to_what_follows(grace, counts):
    surge = make_surge(grace_minutes=grace)
    async with client(surge.app) as person:
        async with busy(surge):
            page = await person.get("/quick")
            assert page.status_code == 503
            assert ("締切" in page.text) is (grace > 0)
        surge.later(seconds=90)
        assert (await person.get("/waited")).json() == counts
        surge.later(minutes=grace, seconds=1)
        assert (await person.get("/waited")).json() == 0.0


async def test_what_is_never_held_up():
    surge = make_surge()
    async with client(surge.app) as browser, busy(surge):
        assert (await browser.get("/log/checkpoint")).status_code == 200
        page = await browser.get("/quick")
        style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page.text)
        assert style is not None
        assert (await browser.get(style[1])).status_code == 200


async def test_the_page_can_be_told_not_to_reload_and_speaks_english():
    surge = make_surge()
    async with client(surge.app) as browser, busy(surge):
        page = await browser.get("/quick?queue=still&lang=en&q=%22%3E%3Cb%3E")
        assert "refresh" not in page.headers
        assert page.headers["retry-after"] == "5"
        assert "Check now" in page.text
        assert "does not reload by itself" in page.text
        assert re.search(r'href="/quick\?q=%22%3E%3Cb%3E"[^>]*>Reload automatically', page.text)
        assert 'href="/quick?q=%22%3E%3Cb%3E&amp;queue=still"' in page.text
        assert 'href="/quick?q=%22%3E%3Cb%3E&amp;lang=ja"' in page.text
        assert "@" not in page.text
        assert "stands-here" not in page.text


async def test_processes_that_share_only_the_secret_keep_the_order():
    here, there = make_surge(), make_surge()
    async with client(here.app) as first, client(there.app) as second:
        async with busy(here), busy(there):
            await first.get("/quick")
            there.later(seconds=2)
            await second.get("/quick")
        # The balancer sends everybody to the other process next.
        crossed = client(here.app, cookies=dict(second.cookies))
        returned = client(there.app, cookies=dict(first.cookies))
        async with crossed, returned:
            here.later(seconds=4)
            there.later(seconds=4)
            assert (await crossed.get("/quick")).status_code == 503
            assert (await returned.get("/quick")).status_code == 200
