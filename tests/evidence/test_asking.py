"""The log asks its witnesses by itself: honest ones, lagging ones, refusing ones, liars; a day's stamp."""

import functools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from madoguchi.app import create_app
from madoguchi.evidence.jobs import COSIGN_JOB, STAMP_JOB, begin_attesting, handlers
from madoguchi.installation.doctor import examine
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Job, Worker
from madoguchi.kernel.transparency import Log, open_log, sequence
from madoguchi.kernel.transparency.asking import NotCosigned, ask, read_witness
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.models import COSIGNED, TIMESTAMPED, Attestation
from madoguchi.kernel.transparency.notes import read_key, read_note, signed_by, witnessed_at
from madoguchi.kernel.transparency.outside import Post, post
from madoguchi.kernel.transparency.witnessing import newest_cosigned
from madoguchi.settings import Settings
from tests.evidence.witness import NAME, Witness, vkey, witnessing
from tests.kernel.jobs.work import Hands
from tests.kernel.transparency.test_log import AT, write
from tests.kernel.transparency.test_outside import asking

brief = functools.partial(post, seconds=0.3)  # only for those that never answer


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return open_log(tmp_path / "log", "madoguchi.example/log")


@pytest.fixture
async def witness(log: Log) -> AsyncIterator[Witness]:
    async with witnessing(log.origin, log.key.public) as one:
        yield one


@pytest.fixture
def clock() -> Hands:
    return Hands()


def worker(
    database: Database, log: Log, clock: Hands, settings: Settings, asking: Post = post
) -> Worker:
    return Worker(database, handlers(settings, log, asking), clock)


async def grow(database: Database, log: Log, count: int, subject: str) -> int:
    await write(database, count, subject)
    await sequence(database, log)
    return log.checkpoint().size


async def kept(database: Database, kind: str = COSIGNED) -> list[Attestation]:
    async with database.reading() as session:
        found = await session.scalars(
            select(Attestation).where(Attestation.kind == kind).order_by(Attestation.size)
        )
        return list(found)


async def begin(database: Database, settings: Settings, clock: Hands) -> None:
    async with database.session() as session:
        await begin_attesting(session, settings, clock())
        await session.commit()


async def jobs(database: Database, name: str) -> list[Job]:
    async with database.reading() as session:
        return list(await session.scalars(select(Job).where(Job.name == name).order_by(Job.id)))


async def test_a_witness_is_asked_at_each_pace_and_its_cosignatures_kept(
    database: Database, log: Log, witness: Witness, clock: Hands, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, witnesses=(witness.line,), witness_seconds=60)
    at_work = worker(database, log, clock, settings)
    await begin(database, settings, clock)
    await begin(database, settings, clock)  # a second node
    assert await at_work.drain() == 1
    assert await kept(database) == []  # nothing recorded: nothing to ask
    sizes = []
    for count in (1, 5, 290, 3):
        sizes.append(await grow(database, log, count, f"case:{count}"))
        assert await at_work.drain() == 0  # not yet
        clock.advance(seconds=60)
        assert await at_work.drain() == 1
    assert [one.size for one in await kept(database)] == sizes
    assert witness.size == sizes[-1]
    assert witness.asked == ["POST /w/add-checkpoint HTTP/1.1"] * 4
    async with database.reading() as session:
        shown = read_note(await newest_cosigned(session) or "")
    assert signed_by(shown, log.key)
    assert witnessed_at(shown, read_key(vkey(witness.private))) == witness.at
    clock.advance(seconds=60)
    await at_work.drain()
    assert len(witness.asked) == 4  # no new entries, no question
    assert len(await jobs(database, COSIGN_JOB)) <= 4  # old ones are forgotten
    left = worker(database, log, clock, Settings(home=tmp_path))
    clock.advance(seconds=60)
    assert await left.drain() == 1  # no longer a witness of ours
    assert all(job.state == "done" for job in await jobs(database, COSIGN_JOB))


async def test_a_witness_that_lags_is_caught_up_with_at_once(
    database: Database, log: Log, witness: Witness
) -> None:
    one = read_witness(witness.line)
    first = await grow(database, log, 300, "case:1")
    assert await ask(log, one, 0, post) is not None
    remembered = witness.root
    second = await grow(database, log, 30, "case:2")
    assert await ask(log, one, first, post) is not None
    third = await grow(database, log, 3, "case:3")
    witness.size, witness.root = first, remembered  # restored from its backup
    note = await ask(log, one, second, post)
    assert note is not None
    assert read_checkpoint(note.text).size == third == witness.size
    witness.size = 0  # knows nothing any more
    assert await ask(log, one, first, post) is not None
    again = await ask(log, one, first, post)  # its answer was lost: asked with equal sizes
    assert again is not None
    assert witness.size == third


async def test_histories_that_differ_are_a_grave_matter(
    database: Database, log: Log, witness: Witness, tmp_path: Path
) -> None:
    one = read_witness(witness.line)
    size = await grow(database, log, 7, "case:1")
    witness.size, witness.root = size, bytes(32)  # the same size, another tree
    with pytest.raises(NotCosigned, match="another history") as told:
        await ask(log, one, 0, post)
    assert told.value.grave
    witness.size, witness.root = size - 2, bytes(32)  # an earlier tree we did not have
    with pytest.raises(NotCosigned, match="consistency proof") as told:
        await ask(log, one, 0, post)
    assert told.value.grave
    witness.size = size + 5  # we went back
    with pytest.raises(NotCosigned, match="has seen") as told:
        await ask(log, one, 0, post)
    assert told.value.grave


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((400, "", b""), "does not understand"),
        ((403, "", b""), "does not trust"),
        ((404, "", b"404 page not found"), "does not know the log"),
        ((429, "Retry-After: 9\r\n", b""), "too often"),
        ((500, "", b"oops"), "answered 500"),
        ((201, "", b""), "answered 201"),
        ((302, "Location: http://127.0.0.1:1/\r\n", b""), "answered 302"),
        ((409, "", b"-1\n"), "no size"),
        ((409, "", b"9" * 30), "no size"),
        ((409, "", "１".encode()), "no size"),
        ((409, "", b""), "no size"),
        ((200, "", b""), "no valid signature"),
        ((200, "", b"\xff\xfe"), "cannot be read"),
        ((200, "", b"<html>\n"), "cannot be read"),
        ((200, "", "— somebody.else AAAAAAAA\n".encode()), "no valid signature"),
        ((200, "", b"x" * 1_100_000), "no answer"),
        ((200, "Content-Length: 99999\r\n", b""), "no answer"),
    ],
)
async def test_what_is_no_cosignature_is_not_kept(
    database: Database,
    log: Log,
    witness: Witness,
    clock: Hands,
    tmp_path: Path,
    answer: tuple[int, str, bytes],
    why: str,
) -> None:
    settings = Settings(home=tmp_path, witnesses=(witness.line,), witness_seconds=60)
    at_work = worker(database, log, clock, settings)
    await grow(database, log, 5, "case:1")
    witness.answers = answer
    with pytest.raises(NotCosigned, match=why):
        await ask(log, read_witness(witness.line), 0, post)
    await begin(database, settings, clock)
    await at_work.drain()
    assert await kept(database) == []
    witness.answers = None  # it came to its senses: the job goes on
    clock.advance(seconds=60)
    await at_work.drain()
    assert [one.signer for one in await kept(database)] == [NAME]


async def test_liars_and_the_silent_leave_nothing_and_hold_nobody_up(
    database: Database, log: Log, witness: Witness, clock: Hands, tmp_path: Path
) -> None:
    await grow(database, log, 5, "case:1")
    one = read_witness(witness.line)
    witness.signs_with = Ed25519PrivateKey.generate()
    with pytest.raises(NotCosigned, match="no valid signature"):
        await ask(log, one, 0, post)
    witness.signs_with, witness.size, witness.at = None, 0, 2**63
    with pytest.raises(NotCosigned, match="no valid signature"):  # a time that does not exist
        await ask(log, one, 0, post)
    witness.at, witness.size = 1_775_000_000, 0
    async with witnessing(log.origin, log.key.public) as silent:
        silent.hangs = True
        with pytest.raises(NotCosigned, match="no answer"):
            await ask(log, read_witness(silent.line), 0, brief)
        named = silent.line.replace(vkey(silent.private), vkey(silent.private, "silent"))
        gone = f"{vkey(Ed25519PrivateKey.generate(), 'gone')} http://127.0.0.1:1"
        settings = Settings(home=tmp_path, witnesses=(named, gone, witness.line))

        async def impatient(url: str, body: bytes, kind: str) -> tuple[int, bytes]:
            return await (brief if f":{silent.port}/" in url else post)(url, body, kind)

        await begin(database, settings, clock)
        assert await worker(database, log, clock, settings, impatient).drain() == 3
    assert [one.signer for one in await kept(database)] == [NAME]
    waiting = [job for job in await jobs(database, COSIGN_JOB) if job.state == "scheduled"]
    assert len(waiting) == 3  # each comes back


async def test_the_doctor_names_a_witness_that_stopped(
    database: Database, log: Log, witness: Witness, tmp_path: Path
) -> None:
    blobs, key = BlobStore(tmp_path / "blobs"), read_witness(witness.line).key
    await grow(database, log, 5, "case:1")

    async def faults(days: int) -> list[str]:
        now = AT + timedelta(days=days)
        return (await examine(database, blobs, log, now, witnesses=[key])).faults

    assert await faults(0) == []
    (fault,) = await faults(2)
    assert NAME in fault
    settings = Settings(home=tmp_path, witnesses=(witness.line,))
    clock = Hands()
    await begin(database, settings, clock)
    await worker(database, log, clock, settings).drain()
    assert await faults(2) == []


async def test_settings_that_name_no_witness_stop_the_start(tmp_path: Path) -> None:
    good, log_key = Ed25519PrivateKey.generate(), open_log(tmp_path / "l", "a/log").key
    for wrong in ("x", str(log_key), f"{vkey(good)} ftp://a", f"{vkey(good)} https://u:p@a/"):
        with pytest.raises(ValueError, match=r"key|address"):
            create_app(Settings(home=tmp_path, witnesses=(wrong,)))
    with pytest.raises(ValueError, match="address"):
        handlers(Settings(timestamp_url="file:///etc/passwd"), open_log(tmp_path / "l", "a/log"))


async def test_cosignatures_handed_in_need_no_address(database: Database, tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    settings = Settings(home=tmp_path, witnesses=(vkey(private),))
    app = create_app(settings)
    app.state.database = database
    await begin(database, settings, Hands())
    assert await jobs(database, COSIGN_JOB) == []
    await grow(database, app.state.log, 2, "case:1")
    handing_in = Witness(app.state.log.origin, app.state.log.key.public, private)
    note = str(app.state.log.note())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for at, status in ((2**63, 422), (1_775_000_000, 201)):
            handing_in.at = at
            line = handing_in.signature(note.rpartition("\n\n")[0] + "\n").decode()
            answer = await client.post("/api/v1/log/cosignatures", json={"note": note + line})
            assert answer.status_code == status, answer.text
        page = (await client.get("/log")).text
    assert [one.size for one in await kept(database)] == [2]
    assert NAME in page


async def test_the_newest_state_is_stamped_once_a_day(
    database: Database, log: Log, clock: Hands, tmp_path: Path, authority: Path
) -> None:
    settings = Settings(home=tmp_path, timestamp_url="https://tsa.example/")
    answers: list[Any] = [OSError("away"), (503, b""), (200, b"<html>"), None]
    told: list[tuple[str, str]] = []

    async def send(url: str, body: bytes, kind: str) -> tuple[int, bytes]:
        told.append((url, kind))
        answer = answers.pop(0) if answers else None
        if isinstance(answer, OSError):
            raise answer
        return answer or (200, await asking(authority)(body))

    at_work = Worker(database, handlers(settings, log, send), clock)
    await begin(database, settings, clock)
    await at_work.drain()
    assert told == []  # an empty log needs no stamp
    size = await grow(database, log, 3, "case:1")
    clock.advance(days=1)
    await at_work.drain()
    for _ in range(3):  # the authority was away, and came back
        assert await kept(database, TIMESTAMPED) == []
        clock.advance(minutes=5)
        await at_work.drain()
    (stamped,) = await kept(database, TIMESTAMPED)
    assert (stamped.size, stamped.signer) == (size, "https://tsa.example/")
    assert set(told) == {("https://tsa.example/", "application/timestamp-query")}
    clock.advance(days=1)
    await at_work.drain()
    assert len(await kept(database, TIMESTAMPED)) == 1
    assert len(told) == 4
    await grow(database, log, 1, "case:2")
    clock.advance(days=1)
    await at_work.drain()
    assert [one.size for one in await kept(database, TIMESTAMPED)] == [size, size + 1]
    assert len(await jobs(database, STAMP_JOB)) == 4
