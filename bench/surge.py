"""A deadline surge: ten times what can be served, with people inside who save and file.

A served process, SQLite. First its capacity is measured; then newcomers come at ten times that for
twenty seconds while people who were inside before save their drafts and file. The same is done
without the door's limit (MADOGUCHI_AT_ONCE=10000) to see what it is worth.
"""

import asyncio
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from pathlib import Path

import httpx
from itsdangerous import URLSafeTimedSerializer

from bench.forms import answers, form_text
from bench.newcomers import Seen, ask, newcomer
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.cases.filing.drafts import start_draft
from madoguchi.cases.models import Case, Draft
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.procedures import service as procedures
from madoguchi.settings import Settings

FIELDS = 12
PAGE = "/procedures/bench-form"
SECONDS, AFTER, TIMES = 20.0, 15.0, 10
SAVES, THINK = 8, 1.5  # a person inside: saves before filing, seconds between two steps
SHARE = 0.4  # of the capacity, asked for by those inside


@dataclass(frozen=True)
class Person:
    """Somebody inside: the session cookie, and the draft they work at."""

    session: str
    draft: str


@dataclass
class Inside:
    """What those inside saw: seconds of each step, who filed, the last answer acknowledged."""

    steps: list[float] = field(default_factory=list)
    filed: set[str] = field(default_factory=set)
    saved: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


async def prepare(settings: Settings, people: int) -> list[Person]:
    """An installation with the form, and people signed in with a draft each."""
    found = []
    signer = URLSafeTimedSerializer(settings.secret_key, salt="madoguchi.web.session")
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        files = {"procedure.yaml": form_text(FIELDS)}
        await procedures.publish(session, files, "v1", actor="bench", clock=system_clock)
        company = await identity.add_organisation(session, system_clock, name="測定株式会社")
        for n in range(people):
            person = await identity.add_person(session, system_clock, name=f"測定 {n}")
            await identity.add_member(session, person.id, company.id, "representative")
            actor = Actor(
                id=person.id,
                name=person.name,
                kind="applicant",
                organisation=company.id,
                own_organisation=company.id,
            )
            begun = await identity.start_sign_in(session, system_clock, person, method="bench")
            draft = await start_draft(session, actor, system_clock, "bench-form")
            cookie = {
                "sign_in": begun.id,
                "acting_for": company.id,
                "since": int(time.time()),
            }
            found.append(Person(str(signer.dumps(cookie)), draft.id))
        await session.commit()
    return found


async def capacity(port: int, seconds: float = 5.0) -> float:
    """Pages a second this server serves to sixteen at once who ask again at once."""
    served, end = 0, time.monotonic() + seconds

    async def reader() -> None:
        nonlocal served
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while time.monotonic() < end:
                answer = await client.get(PAGE)
                served += answer.status_code == 200

    await asyncio.gather(*(reader() for _ in range(16)))
    return served / seconds


async def work(
    port: int, person: Person, inside: Inside, surge: asyncio.Event, wait: float
) -> None:
    """Open the form before the surge; then save it again and again and file it, each step timed."""
    url = f"http://127.0.0.1:{port}"
    headers = {"Cookie": f"session={person.session}", "Accept": "text/html", "Origin": url}
    async with httpx.AsyncClient(base_url=url, timeout=90) as client:
        place = ""

        async def step(method: str, path: str, data: dict[str, str] | None = None) -> str:
            nonlocal place
            cookie = headers["Cookie"] + (f"; place={place}" if place else "")
            begun = time.perf_counter()
            answer = await client.request(
                method, path, data=data, headers={**headers, "Cookie": cookie}
            )
            if surge.is_set():
                inside.steps.append(time.perf_counter() - begun)
            for line in answer.headers.get_list("set-cookie"):
                if line.startswith("place="):
                    place = line[6:].partition(";")[0]
            if answer.status_code not in (200, 303):
                inside.faults.append(f"{method} {path}: {answer.status_code}")
            return answer.text if answer.status_code == 200 else answer.headers.get("location", "")

        pages = f"/drafts/{person.draft}/pages/p0"
        opened_page = await step("GET", pages)
        await surge.wait()
        entered = {f"/{name}": str(value) for name, value in answers(FIELDS).items()}
        await asyncio.sleep(wait)
        for n in range(SAVES):
            hidden = _hidden(opened_page)
            entered["/f0"] = f"{n + 1}回目"
            told = await step("POST", pages, {**hidden, **entered, "do": "later"})
            if told == f"/drafts/{person.draft}":
                inside.saved[person.draft] = entered["/f0"]
            await asyncio.sleep(THINK)
            opened_page = await step("GET", pages)
            await asyncio.sleep(THINK)
        told = await step("POST", f"/drafts/{person.draft}/file")
        if told.endswith("/receipt"):
            inside.filed.add(person.draft)


def _hidden(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input\b[^>]*type=\"hidden\"[^>]*>", page):
        attributes = {k: unescape(v) for k, v in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        found[attributes.get("name", "")] = attributes.get("value", "")
    return found


async def lost(settings: Settings, inside: Inside) -> int:
    """Drafts whose last acknowledged answer is neither in the draft nor in what was filed."""
    missing = 0
    async with opened(settings) as database, database.reading() as session:
        for draft_id, answer in inside.saved.items():
            draft = await session.get(Draft, draft_id)
            kept = draft.entered if draft is not None else {}
            if draft is not None and draft.case_id is not None:
                case = await session.get(Case, draft.case_id)
                kept = case.data if case is not None else {}
            missing += kept.get("f0") != answer
    return missing


async def surge(port: int, people: list[Person], rate: float) -> tuple[Inside, Seen]:
    """Those inside and the newcomers, at the same time."""
    inside, begun = Inside(), asyncio.Event()
    working = [
        asyncio.create_task(work(port, person, inside, begun, 0.5 + THINK * n / len(people)))
        for n, person in enumerate(people)
    ]
    await asyncio.sleep(5)  # all have their form open
    begun.set()
    command = [PYTHON, "-m", "bench.newcomers", str(port), PAGE, str(rate), str(SECONDS)]
    crowd = await asyncio.create_subprocess_exec(
        *command, str(AFTER), stdout=asyncio.subprocess.PIPE, limit=2**26
    )
    output, _ = await crowd.communicate()
    done = await asyncio.gather(*working, return_exceptions=True)
    inside.faults += [repr(fault) for fault in done if isinstance(fault, BaseException)]
    return inside, Seen(**json.loads(output))


async def let_in_again(port: int) -> float:
    """Seconds until somebody new, who asks again as told, is let in."""
    begun, seen = time.monotonic(), Seen()
    await newcomer(port, PAGE, seen, time.time() + 180)
    while time.monotonic() < begun + 180:  # and until nobody waits any more
        if seen.let_in and (await ask(port, PAGE, ""))[0] == 200:
            return time.monotonic() - begun
        await asyncio.sleep(5)
    raise RuntimeError("nobody new is let in three minutes after the surge")


def overtaken(let_in: list[tuple[int | None, float]]) -> list[int]:
    """Of each who waited and came in: how many who joined later came in before."""
    order = [joined for joined, _ in let_in if joined is not None]
    return [sum(other > joined for other in order[:n]) for n, joined in enumerate(order)]


def report(rate: float, seen: Seen, inside: Inside, people: int) -> None:
    """What happened, in figures."""
    steps = sorted(inside.steps)
    behind = overtaken(seen.let_in)
    times = [at for _, at in seen.let_in]
    during = [b - a for a, b in pairwise(times)]
    span = (times[-1] - times[0]) if during else 0.0
    print(
        f"  newcomers: {seen.came} came ({seen.came / SECONDS:.0f}/s of {rate:.0f}/s offered),",
        end="",
    )
    print(f" {seen.asked} requests, {seen.failed} failed")
    told = f"{statistics.median(seen.pages) * 1000:.0f} ms" if seen.pages else "–"
    print(f"    waiting pages {seen.waited_pages} (median {told}); let in {len(times)}", end="")
    print(f" in {span:.0f} s ({len(times) / span if span else 0:.0f}/s)")
    if behind:
        print(
            f"    of {len(behind)} who waited and came in, overtaken by nobody: {behind.count(0)};"
            f" by how many at most: {max(behind)}, median {statistics.median(behind):.0f}"
        )
    print(
        f"  inside: {len(inside.filed)} of {people} filed; {len(steps)} steps,"
        f" p50 {steps[len(steps) // 2] * 1000:.0f} ms, p99 {steps[int(len(steps) * 0.99)] * 1000:.0f} ms;"
        f" refused or failed {len(inside.faults)} {inside.faults[:2]}"
    )


def once(at_once: int | None) -> None:
    """One installation, one server, one surge."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        all_people = asyncio.run(prepare(settings, 200))
        port = free_port()
        environment = {"MADOGUCHI_HOME": folder, "PORT": str(port)}
        if at_once is not None:
            environment["MADOGUCHI_AT_ONCE"] = str(at_once)
        url = f"http://127.0.0.1:{port}{PAGE}"
        with serving([PYTHON, "-m", "madoguchi.cli", "serve"], environment, url) as pid:
            asyncio.run(capacity(port, 2))
            able = asyncio.run(capacity(port))
            people = all_people[: max(4, min(200, int(able * SHARE * THINK)))]
            print(f"at once: {at_once or settings.at_once}; {len(people)} people inside")
            print(f"  before: {able:.0f} pages/s; memory {resident_mb(pid):.0f} MB")
            peak, watching = [0.0], threading.Event()

            def watch() -> None:
                while not watching.wait(1):
                    peak[0] = max(peak[0], resident_mb(pid))

            watcher = threading.Thread(target=watch)
            watcher.start()
            inside, seen = asyncio.run(surge(port, people, able * TIMES))
            watching.set()
            watcher.join()
            report(able * TIMES, seen, inside, len(people))
            print(f"  memory: {peak[0]:.0f} MB at most, {resident_mb(pid):.0f} MB afterwards")
            print(
                f"  afterwards: {asyncio.run(let_in_again(port)):.0f} s until newcomers walk in,",
                end="",
            )
            print(f" {asyncio.run(capacity(port)):.0f} pages/s")
        print(f"  drafts lost: {asyncio.run(lost(settings, inside))} of {len(inside.saved)}")


def main(limits: list[int]) -> None:
    """As shipped, then as good as without a limit; or with the limits named."""
    print(f"surge: {TIMES} times the capacity for {SECONDS:.0f} s, SQLite, one process")
    for limit in limits or (None, 10_000):
        once(limit)


if __name__ == "__main__":
    main([int(limit) for limit in sys.argv[1:]])
