"""What goes by time alone: drafts nobody files, files nobody attached, traces of use."""

import functools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from madoguchi.cases.filing.drafts import Content, new_draft
from madoguchi.cases.filing.files import throw_away
from madoguchi.cases.models import Draft, HeldInput
from madoguchi.cases.obligations.schedule import GENERATE_JOB
from madoguchi.cases.retention import jobs
from madoguchi.cases.retention.jobs import look_at_ages
from madoguchi.documents import service as documents
from madoguchi.documents.models import Document
from madoguchi.identity.models import SignIn
from madoguchi.kernel import journal
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import DEAD, DONE, SCHEDULED, Job, forget_done
from madoguchi.messages.models import Message
from madoguchi.web.models import IdempotencyKey
from tests.cases.desk.counter import Counter, publish
from tests.cases.retention.world import files_with, granted, work
from tests.procedures.packages import package

NOTE = package("data:\n  plan: {type: text, label: {ja: 計画, en: Plan}}\n", agency="pref-14")
MARK = "下書きの印"


async def after(counter: Counter, folder: Path, days: int) -> None:
    """Let days pass and have the work of the day done."""
    counter.now += timedelta(days=days)
    async with counter.database.session() as session:
        await look_at_ages(session, counter.now)
        await session.commit()
    await work(counter, folder)


async def draft_with_a_file(counter: Counter) -> str:
    owner = documents.Owner(
        person=counter.people["applicant"].id, organisation=counter.organisation
    )
    async with counter.database.session() as session:
        await publish(session, NOTE, counter.clock)
        stored = await documents.store_letter(
            session, counter.blobs, pdf=f"%PDF {MARK}".encode(), name="a.pdf", at=counter.now,
            owner=owner,
        )  # fmt: skip
        content = Content({"plan": MARK}, {"drawing": [stored.as_json()]})
        draft = new_draft(
            counter.people["applicant"], NOTE, dict(NOTE.title), counter.organisation,
            counter.now, content,
        )  # fmt: skip
        session.add(draft)
        await session.flush()
        await journal.append(
            session, subject=f"draft:{draft.id}", action="x", actor="x", at=counter.now,
            payload={"plan": MARK},
        )  # fmt: skip
        await session.commit()
        return draft.id


async def told(counter: Counter) -> int:
    async with counter.database.reading() as session:
        query = select(func.count(Message.id)).where(Message.dedupe_key.startswith("draft_ends:"))
        return await session.scalar(query) or 0


async def has(counter: Counter, draft_id: str) -> bool:
    async with counter.database.reading() as session:
        return await session.get(Draft, draft_id) is not None


async def test_a_draft_goes_after_its_owner_was_told(counter: Counter, tmp_path: Path) -> None:
    draft_id = await draft_with_a_file(counter)
    await after(counter, tmp_path, 350)
    assert await told(counter) == 0
    await after(counter, tmp_path, 2)
    assert await told(counter) == 1
    await after(counter, tmp_path, 13)  # day 365: told only thirteen days ago
    assert await has(counter, draft_id)
    await after(counter, tmp_path, 2)
    assert not await has(counter, draft_id)
    assert await told(counter) == 1
    assert await files_with(counter.blobs.folder, MARK) == []
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"draft:{draft_id}")
        assert [(entry.action, entry.payload is None) for entry in entries] == [
            ("x", True),
            ("draft_deleted", False),
        ]
        assert all(journal.verify(entry) for entry in entries)


async def test_a_draft_taken_up_again_stays(counter: Counter, tmp_path: Path) -> None:
    draft_id = await draft_with_a_file(counter)
    await after(counter, tmp_path, 360)
    async with counter.database.session() as session:
        draft = await session.get(Draft, draft_id)
        assert draft is not None
        draft.updated_at = counter.now + timedelta(hours=1)
        await session.commit()
    await after(counter, tmp_path, 20)
    assert await has(counter, draft_id)
    assert await files_with(counter.blobs.folder, MARK)
    await after(counter, tmp_path, 335)
    assert await told(counter) == 2


async def test_files_nobody_attached_go_after_a_week(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await draft_with_a_file(counter)
    await work(counter, tmp_path)
    async with counter.database.session() as session:
        await documents.store_letter(
            session, counter.blobs, pdf=b"%PDF lonely", name="b.pdf", at=counter.now,
            owner=documents.Owner(person=counter.people["applicant"].id),
        )  # fmt: skip
        await session.commit()
    await after(counter, tmp_path, 6)
    assert await files_with(counter.blobs.folder, "lonely")
    await after(counter, tmp_path, 2)
    assert await files_with(counter.blobs.folder, "lonely") == []
    assert await files_with(counter.blobs.folder, MARK)  # of the draft
    async with counter.database.reading() as session:
        names = set(await session.scalars(select(Document.name)))
    # The permit's letter and what was filed with it are named by their case; the draft's file too.
    assert "b.pdf" not in names
    assert "a.pdf" in names
    assert any("許可" in name for name in names), (names, case_id)


async def test_a_draft_thrown_away_leaves_no_file(counter: Counter, tmp_path: Path) -> None:
    draft_id = await draft_with_a_file(counter)
    await after(counter, tmp_path, 30)  # long looked at, when the draft still named it
    async with counter.database.session() as session:
        draft = await session.get(Draft, draft_id)
        assert draft is not None
        await throw_away(session, draft, counter.now)
        await session.commit()
    await after(counter, tmp_path, 6)
    assert await files_with(counter.blobs.folder, MARK)
    await after(counter, tmp_path, 2)
    assert await files_with(counter.blobs.folder, MARK) == []


async def test_traces_of_use_go(counter: Counter, tmp_path: Path) -> None:
    now = counter.now
    async with counter.database.session() as session:
        session.add_all(
            [
                HeldInput(id="h", draft_id="x", page_id="p", fields={"a": ["b"]}, created_at=now),
                IdempotencyKey(actor="x", key="k", request="r", created_at=now),
                SignIn(
                    id=new_id(), person_id=counter.people["applicant"].id, method="test",
                    authenticated_at=now, created_at=now,
                ),
            ]
        )  # fmt: skip
        await session.commit()
    await after(counter, tmp_path, 2)
    async with counter.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(HeldInput)) == 0
        assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 1
    await after(counter, tmp_path, 400)
    async with counter.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(SignIn)) == 0


async def test_finished_jobs_go_and_those_given_up_stay(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two in a transaction, so that one night's work takes several."""
    monkeypatch.setattr(jobs, "FORGOTTEN_AT_ONCE", 2)
    limited = functools.partial(forget_done, at_most=2)
    monkeypatch.setattr(jobs, "forget_done", limited)
    old = counter.now
    async with counter.database.session() as session:
        session.add_all(
            Job(
                id=new_id(), name="x", key=f"{state}:{n}", payload={}, state=state, max_attempts=1,
                finished_at=old if state in (DONE, DEAD) else None, run_at=old + timedelta(days=99),
            )
            for n in range(5)
            for state in (DONE, DEAD, SCHEDULED)
        )  # fmt: skip
        await session.commit()
    await finished(counter, GENERATE_JOB, old)
    await after(counter, tmp_path, 29)
    assert await states_of(counter, "x") == {DONE: 5, DEAD: 5, SCHEDULED: 5}
    await after(counter, tmp_path, 2)
    assert await states_of(counter, "x") == {DEAD: 5, SCHEDULED: 5}
    assert await states_of(counter, GENERATE_JOB) == {DONE: 1}  # else it would be made again


async def finished(counter: Counter, name: str, at: datetime) -> None:
    async with counter.database.session() as session:
        session.add(
            Job(id=new_id(), name=name, payload={}, state=DONE, max_attempts=1, finished_at=at)
        )
        await session.commit()


async def states_of(counter: Counter, name: str) -> dict[str, int]:
    async with counter.database.reading() as session:
        rows = await session.execute(
            select(Job.state, func.count()).where(Job.name == name).group_by(Job.state)
        )
        return {state: count for state, count in rows}  # noqa: C416 - rows are not pairs to mypy
