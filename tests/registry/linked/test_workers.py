"""Workers end every query at its deadline, and the pool is whole again afterwards."""

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry.linked.snapshot import make_snapshot
from madoguchi.registry.linked.workers import Bounds, Workers
from tests.registry.linked.filled import generation

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PATHS = "SELECT (COUNT(*) AS ?n) { ?a (!<x:y>|^!<x:y>)+/(!<x:y>|^!<x:y>)*/(!<x:y>|^!<x:y>)+ ?b . ?c (!<x:y>|^!<x:y>)+ ?d }"
HUGE = "SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i ?a"
REGEX = "SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(regex(concat(str(?c), str(?f), str(?i)), '^(.*.*){20}[^ -~].*x$', 'i')) }"
EASY = "ASK { ?s ?p ?o }"


def question(query: str, **more: object) -> dict[str, object]:
    return {
        "query": query, "default_graphs": [], "named_graphs": [], "format": "json",
        "most_bytes": 1_000_000, "most_rows": 100, "skip": 0,
    } | more  # fmt: skip


@pytest.fixture
async def workers(linked_root: Path):
    made = Workers(linked_root, 2, Bounds(seconds=1.0, megabytes=2_000))
    yield made
    await made.close()


@pytest.mark.parametrize(
    "query", [CROSS, PATHS, HUGE, REGEX], ids=["cross", "path", "sort", "regex"]
)
async def test_ended_at_the_deadline(workers: Workers, query: str) -> None:
    """Not before it, and at most 200 ms after it in one of five: the machine has others to serve."""
    late = []
    for _ in range(5):
        await asyncio.gather(workers.ask(question(EASY)), workers.ask(question(EASY)))
        started = time.monotonic()
        answer = await workers.ask(question(query))
        late.append(time.monotonic() - started - workers.bounds.seconds)
        assert answer.fault == "timeout"
        assert late[-1] > -0.01
        if late[-1] <= 0.2:
            break
    assert min(late) <= 0.2, late
    found = await asyncio.gather(*(workers.ask(question(EASY)) for _ in range(4)))
    assert [one.fault for one in found] == [""] * 4


async def test_others_go_on_beside_a_runaway(workers: Workers) -> None:
    await asyncio.gather(workers.ask(question(EASY)), workers.ask(question(EASY)))
    runaway = asyncio.create_task(workers.ask(question(CROSS)))
    await asyncio.sleep(0)
    answered = 0
    while not runaway.done():
        answered += (await workers.ask(question(EASY))).fault == ""
    assert (await runaway).fault == "timeout"
    assert answered > 5
    await asyncio.gather(*(workers.ask(question(EASY)) for _ in range(2)))
    async with asyncio.timeout(10):
        while len(workers._all) != 2:  # the dead one is buried, another one stands in its place
            await asyncio.sleep(0.05)


async def test_memory_is_bounded(linked_root: Path) -> None:
    made = Workers(linked_root, 1, Bounds(seconds=60.0, megabytes=700))
    try:
        answer = await made.ask(question(HUGE))
        after = await made.ask(question(EASY))
    finally:
        await made.close()
    assert (answer.fault, after.fault) == ("memory", "")


async def test_a_worker_always_starts_in_little_memory(linked_root: Path) -> None:
    for _ in range(4):
        made = Workers(linked_root, 1, Bounds(seconds=60.0, megabytes=450))
        try:
            assert (await made.ask(question(EASY))).detail == ""
        finally:
            await made.close()


async def test_who_comes_too_late_is_told(linked_root: Path) -> None:
    made = Workers(linked_root, 1, Bounds(seconds=0.7, megabytes=2_000))
    try:
        await made.ask(question(EASY))
        answers = await asyncio.gather(*(made.ask(question(CROSS)) for _ in range(30)))
    finally:
        await made.close()
    faults = [one.fault for one in answers]
    assert set(faults) == {"timeout", "busy"}
    assert faults.count("busy") >= 25


async def test_a_newer_generation_is_asked_at_once(database: Database, tmp_path: Path) -> None:
    await generation(database, tmp_path)
    made = Workers(tmp_path, 1)
    count = "SELECT (COUNT(*) AS ?n) { ?s a <http://hojin-info.go.jp/ns/domain/biz/1#法人情報型> }"
    try:
        before = await made.ask(question(count, format="csv"))
        await make_snapshot(database, tmp_path, limit=1)
        after = await made.ask(question(count, format="csv"))
    finally:
        await made.close()
    assert (before.body, after.body) == (b"n\r\n4\r\n", b"n\r\n1\r\n")


async def test_a_worker_that_dies_is_replaced(workers: Workers) -> None:
    await workers.ask(question(EASY))
    for process in list(workers._all):
        process.kill()
        await process.wait()
    assert (await workers.ask(question(EASY))).fault == ""


async def test_nothing_is_left_running(linked_root: Path) -> None:
    made = Workers(linked_root, 2, Bounds(seconds=0.5, megabytes=2_000))
    await asyncio.gather(*(made.ask(question(CROSS)) for _ in range(2)))
    processes = list(made._all)
    await made.close()
    assert not made._all
    assert all(process.returncode is not None for process in processes)


async def test_a_worker_has_no_network(workers: Workers) -> None:
    """Whatever slips past the refusal of SERVICE finds nobody to ask."""
    if not _may_leave():
        pytest.skip("this system lets no process leave its networks")
    await workers.ask(question(EASY))
    (process, *_) = workers._all
    ours, theirs = (Path(f"/proc/{pid}/ns/net") for pid in ("self", process.pid))
    assert theirs.readlink() != ours.readlink()


def test_without_networks_nothing_is_reached() -> None:
    if not _may_leave():
        pytest.skip("this system lets no process leave its networks")
    with socket.create_server(("127.0.0.1", 0)) as heard:
        port = heard.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", f"{LEAVE}; socket.create_connection(('127.0.0.1', {port}), 5)"],
            capture_output=True,
            text=True,
        )
    assert "Network is unreachable" in done.stderr


LEAVE = (
    "import socket, sys; from madoguchi.registry.linked.isolation import leave_networks;"
    " leave_networks() or sys.exit(3)"
)


def _may_leave() -> bool:
    return subprocess.run([sys.executable, "-c", LEAVE]).returncode == 0
