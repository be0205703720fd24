"""Uploads in groups: each stands alone, and what is kept is what the ordinary way keeps."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import inspect, select, update

from madoguchi.documents import intake, service
from madoguchi.documents.crew import CrewError
from madoguchi.documents.models import Document
from madoguchi.documents.uploading import door as doors
from madoguchi.documents.uploading import storing
from madoguchi.documents.uploading.door import Door
from madoguchi.identity.models import AccessToken
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.jobs import Job
from tests.cases.desk.counter import ONE_FILE
from tests.cases.filing.conftest import office as office
from tests.cases.filing.office import Office
from tests.documents import files

URL = "/api/v1/files"
OWN = {"id", "key"}  # what differs from upload to upload


async def rows(office: Office, table: Any) -> list[Any]:
    """The rows of a table, without the document that the counter begins with."""
    async with office.counter.database.reading() as session:
        found = await session.scalars(select(table).order_by(table.id))
        return [row for row in found if getattr(row, "sha256", "") != sha256_hex(ONE_FILE)]


def comparable(row: Any) -> dict[str, Any]:
    names = [attribute.key for attribute in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in OWN}


async def send(
    client: AsyncClient, content: bytes, name: str = "計画.pdf", **more: Any
) -> Response:
    return await client.post(URL, files={"file": (name, content, "x/y")}, **more)


def left_over(office: Office) -> list[Path]:
    return list(office.app.state.blobs.incoming.iterdir())


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not decide which way a file goes."""
    monkeypatch.setattr(storing, "SECONDS", 60.0)


@pytest.fixture
def ways(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went which way: "group" for each taken in at the door, "alone" for each other."""
    seen: list[str] = []
    receive, take_in = service.receive, doors.take_in

    async def note_receive(*given: Any, **named: Any) -> Any:
        seen.append("alone")
        return await receive(*given, **named)

    async def note_group(*given: Any) -> Any:
        kept = await take_in(*given)
        seen.extend("group" for row in kept if row is not None)
        return kept

    monkeypatch.setattr(service, "receive", note_receive)
    monkeypatch.setattr(doors, "take_in", note_group)
    return seen


@pytest.mark.parametrize("scanner", ["", "tcp://127.0.0.1:9"])
async def test_what_a_group_keeps_is_what_the_ordinary_way_keeps(
    office: Office, ways: list[str], scanner: str
) -> None:
    state = office.app.state
    state.settings = state.settings.model_copy(update={"scanner_url": scanner})
    client = await office.client("applicant")
    uploads = state.uploads
    sent = [
        (files.pdf(), "計画.pdf"),
        (files.pdf(2), r"C:\図面\図面"),
        (files.png(), "写真.PNG"),
        ("名前,数\n水素,1\n".encode("cp932"), "一覧.csv"),
        (b'{"a": 1}', " .. a\u202e.json"),
    ]
    for content, name in sent:
        made = []
        for way in (None, uploads):
            state.uploads = way
            before = {row.id for table in (Document, Job) for row in await rows(office, table)}
            answer = await send(client, content, name)
            assert answer.status_code == 201, answer.text
            documents = [row for row in await rows(office, Document) if row.id not in before]
            jobs = [row for row in await rows(office, Job) if row.id not in before]
            assert [row.id for row in documents] == [answer.json()["id"]]
            assert len(jobs) == (1 if scanner else 0)
            kept = [comparable(row) for row in (*documents, *jobs)]
            keys = [job.key.replace(documents[0].id, "ID") for job in jobs]
            body = {**answer.json(), "id": "ID"}
            headers = {**answer.headers, "vary": ""}  # no language is chosen at the door
            headers["content-length"] = ""
            made.append((kept, keys, list(body), body, headers))
            assert await state.blobs.read(answer.json()["sha256"]) == content
        assert made[0] == made[1]
    assert ways == ["alone", "group"] * len(sent)
    assert left_over(office) == []


async def test_each_of_a_group_is_kept_or_refused_on_its_own(
    office: Office, ways: list[str]
) -> None:
    client = await office.client("applicant")
    await send(client, files.pdf())  # the process that looks is warm
    bad: dict[int, tuple[bytes, str, int, str]] = {
        2: (files.program(), "a.pdf", 422, "executable"),
        5: (files.encrypted_pdf("secret"), "a.pdf", 422, "encrypted"),
        7: (b"", "a.pdf", 422, "file_empty"),
        9: (files.pdf_script(), "a.pdf", 422, "scripted_pdf"),
    }
    ways.clear()
    answers = await asyncio.gather(
        *(send(client, *bad.get(n, (files.pdf(n + 1), f"{n}.pdf"))[:2]) for n in range(12))
    )
    for number, answer in enumerate(answers):
        if number in bad:
            assert (answer.status_code, answer.json()["code"]) == bad[number][2:]
        else:
            assert (answer.status_code, answer.json()["name"]) == (201, f"{number}.pdf")
    assert sorted(ways) == ["alone"] * 4 + ["group"] * 8
    kept = {row.id for row in await rows(office, Document)}
    assert {a.json()["id"] for a in answers if a.status_code == 201} < kept
    assert left_over(office) == []


async def test_equal_files_at_the_same_moment_are_two_documents_of_one_content(
    office: Office, ways: list[str]
) -> None:
    await office.add_person("other")
    client, other = await office.client("applicant"), await office.client("other")
    answers = await asyncio.gather(*(send(who, files.pdf()) for who in (client, other) * 3))
    assert len({answer.json()["id"] for answer in answers}) == 6
    assert len({answer.json()["sha256"] for answer in answers}) == 1
    owners = {row.owner_person for row in await rows(office, Document)}
    assert owners == {office.counter.people[who].id for who in ("applicant", "other")}


@pytest.mark.parametrize("fault", ["crew", "disk", "database"])
async def test_when_a_group_fails_each_goes_the_ordinary_way(
    office: Office, ways: list[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    async def broken(*given: Any, **named: Any) -> Any:
        raise CrewError("broke down") if fault == "crew" else OSError("broken")

    def broken_disk(*given: Any) -> Any:
        raise OSError("broken")

    if fault == "disk":
        monkeypatch.setattr(storing, "spool_all", broken_disk)
    else:
        monkeypatch.setattr(storing, "judge_all" if fault == "crew" else "_store", broken)
    client = await office.client("applicant")
    answers = await asyncio.gather(*(send(client, files.pdf(n + 1)) for n in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert ways == ["alone"] * 5
    assert len(await rows(office, Document)) == 5
    assert left_over(office) == []


async def test_a_row_says_it_is_there_once_the_content_is_on_the_disk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    store, fsync = storing._store, os.fsync
    blobs = office.app.state.blobs

    def note(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(os.path.realpath(f"/proc/self/fd/{descriptor}"))

    async def look(database: Any, made: Sequence[Any], *more: Any) -> None:
        for row in made:
            path = blobs.path(row["sha256"])
            assert path.is_file()
            assert {str(folder) for folder in path.parents[:3]} <= synced
        assert len([name for name in synced if name.startswith(str(blobs.incoming))]) == len(made)
        await store(database, made, *more)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(storing, "_store", look)
    client = await office.client("applicant")
    answer = await send(client, files.pdf())
    assert answer.status_code == 201
    assert synced  # it went the way that is looked at


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"authorization": "Bearer nobody"}, None, 401),
        ({"authorization": "Basic eDp5"}, None, 401),
        ({"origin": "https://elsewhere.example"}, None, 403),
        ({}, b"--cut\r\nnothing", 400),
        ({}, b"", 400),
        ({"content-type": "text/plain"}, None, 415),
        ({}, b"--cut--\r\n", 422),
        ({}, b'--cut\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--cut--', 422),
    ],
)
async def test_what_is_not_plain_gets_the_ordinary_answer(
    office: Office, headers: dict[str, str], content: bytes | None, status: int
) -> None:
    client = await office.client("applicant")
    if content is None:
        content = (
            b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
            + files.pdf()
            + b"\r\n--cut--\r\n"
        )
    sent = {"content-type": "multipart/form-data; boundary=cut", **headers}
    uploads = office.app.state.uploads
    answers = []
    for way in (None, uploads):
        office.app.state.uploads = way
        answers.append(await client.post(URL, content=content, headers=sent))
    assert [answer.status_code for answer in answers] == [status, status], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert dict(answers[0].headers) == dict(answers[1].headers)
    assert await rows(office, Document) == []


async def test_a_token_taken_back_opens_no_door(office: Office, ways: list[str]) -> None:
    client = await office.client("applicant")
    assert (await send(client, files.pdf())).status_code == 201
    async with office.counter.database.session() as session:
        used = (await session.scalars(select(AccessToken.last_used_at))).all()
        await session.execute(update(AccessToken).values(revoked_at=office.counter.clock()))
        await session.commit()
    assert used == [office.counter.clock()]  # and its use is written down
    assert (await send(client, files.pdf())).status_code == 401
    assert ways == ["group"]
    assert len(await rows(office, Document)) == 1


@pytest.mark.parametrize(
    "why", ["official", "archive", "large", "place", "memory", "unknown length"]
)
async def test_what_needs_more_is_kept_the_ordinary_way(
    office: Office, ways: list[str], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    client = await office.client("examiner" if why == "official" else "applicant")
    content, name, more = files.pdf(), "a.pdf", {}
    if why == "archive":
        content, name = files.archive({"a.txt": b"a"}), "a.zip"
    elif why == "large":
        content = files.pdf() + b"\n" * 1_000 + b"%%EOF\n"
        monkeypatch.setattr(doors, "LARGEST_BODY", 1_000)
    elif why == "place":
        await office.publish_trial()
        more = {"params": {"procedure": "trial", "place": "plan"}}
    elif why == "memory":
        monkeypatch.setattr(doors, "MOST_HELD", 100)
    if why == "unknown length":

        async def pieces() -> AsyncIterator[bytes]:
            yield b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"'
            yield b"\r\n\r\n" + content + b"\r\n--cut--\r\n"

        kind = {"content-type": "multipart/form-data; boundary=cut"}
        answer = await client.post(URL, content=pieces(), headers=kind)
    else:
        answer = await send(client, content, name, **more)
    assert answer.status_code == 201, answer.text
    assert ways == ["alone"]
    assert await office.app.state.blobs.read(answer.json()["sha256"]) == content


async def test_what_is_held_in_memory_is_counted_until_it_is_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await office.client("applicant")
    room = 3 * (len(files.pdf()) + 300)  # for three forms, not for twelve
    monkeypatch.setattr(doors, "MOST_HELD", room)
    overflowed = asyncio.Event()
    receive, take_in = service.receive, doors.take_in

    async def alone(*given: Any, **named: Any) -> Any:
        overflowed.set()
        return await receive(*given, **named)

    async def group(*given: Any) -> Any:
        await asyncio.wait_for(overflowed.wait(), 60)
        return await take_in(*given)

    monkeypatch.setattr(service, "receive", alone)
    monkeypatch.setattr(doors, "take_in", group)
    for _ in range(3):  # and it is given back
        overflowed.clear()
        answers = await asyncio.gather(*(send(client, files.pdf()) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {201}


async def test_a_child_that_dies_over_a_group_takes_none_of_it_along(
    office: Office, ways: list[str]
) -> None:
    client = await office.client("applicant")
    await send(client, files.pdf())
    ways.clear()
    for child, _ in intake._crew._idle:
        child.kill()
        child.wait()
    assert (await send(client, files.pdf(3))).status_code == 201


def test_the_door_stands_in_the_application(office: Office) -> None:
    assert any(middleware.cls is Door for middleware in office.app.user_middleware)
