"""A counter with records managers; a case with one marked text in everything that can hold one."""

import asyncio
import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, select

from madoguchi.app import handlers, long_handlers
from madoguchi.cases.bulk.models import BulkFiling, BulkRow
from madoguchi.cases.crosscase.models import FilingKey, MatchLine
from madoguchi.cases.desk.models import CaseNote
from madoguchi.cases.exports.models import Export
from madoguchi.cases.models import Case, Draft, HeldInput
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.registration.models import RegistrationCheck
from madoguchi.cases.retention import deciding
from madoguchi.cases.retention.deciding import Why
from madoguchi.cases.retention.models import Erasure
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.database import Base, Database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import Worker
from madoguchi.messages import service as messages
from madoguchi.messages.models import DevelopmentMail
from madoguchi.registry.models import FactRecord
from madoguchi.settings import Settings
from madoguchi.web.models import IdempotencyKey
from tests.cases.desk.counter import KANAGAWA, PERMIT, Counter, open_counter

MARK = "秘密の印QX7"
WHY = Why("保存期間が満了したため", "公文書管理法施行令 別表の11の項")


async def open_records(database: Database, folder: Path) -> Counter:
    """A counter whose `manager` and `records` look after the records of pref-14."""
    counter = await open_counter(database, folder)
    async with database.session() as session:
        person = await identity.add_person(session, counter.clock, name="文書 八郎")
        await identity.grant_role(session, counter.clock, person.id, KANAGAWA, "records", by="test")
        await session.commit()
    counter.people["records"] = Actor(
        id=person.id, name=person.name, kind="official", grants=frozenset({(KANAGAWA, "records")})
    )
    return counter


async def granted(counter: Counter) -> str:
    """A permit with the mark in its answers, its file, its decision and its letter; the id."""
    case_id = await counter.file(PERMIT, change={"site_name": f"{MARK}工場"})
    await counter.act("examiner", case_id, "start_examination")
    await counter.act("examiner", case_id, "propose_grant", {"conditions": f"{MARK}の条件"})
    await counter.act("approver", case_id, "approve_grant")
    return case_id


async def work(counter: Counter, folder: Path, *, quiet: bool = True) -> None:
    """Do every job that is due; `quiet`: nobody is sending the same contents just now."""
    if quiet:
        for path in counter.blobs.folder.glob("??/??/*"):
            os.utime(path, (0, 0))
    settings = Settings(home=folder)
    kinds = {**handlers(settings), **long_handlers(settings)}
    await Worker(counter.database, kinds, counter.clock, counter.blobs).drain()


async def plant(counter: Counter, case_id: str) -> None:
    """Put the mark wherever else something about a case can be written."""
    now, case = counter.now, await counter.case(case_id)
    owner = documents.Owner(
        person=counter.people["applicant"].id, organisation=counter.organisation
    )
    async with counter.database.session() as session:
        stored = await documents.store_letter(
            session,
            counter.blobs,
            pdf=f"%PDF {MARK}".encode(),
            name=f"{MARK}.pdf",
            at=now,
            owner=owner,
        )
        removed = await documents.store_letter(
            session,
            counter.blobs,
            pdf=f"%PDF removed {MARK}".encode(),
            name=f"{MARK}2.pdf",
            at=case.arrived_at,
            owner=owner,
        )
        found = await session.get(Case, case_id)
        assert found is not None
        found.attached = {**found.attached, "drawing": [stored.as_json()]}
        found.provenance = {"/x": {"value": MARK}}
        found.omitted = {"x": {"ja": MARK}}
        found.keys, found.decision = {"x": MARK}, {"reason": MARK}
        found.last_proposal = {"action": "x", "form": {"reason": MARK}, "content_hash": ""}
        found.correction, found.official_data = {"reason": MARK}, {"memo": MARK}
        found.agent_name = MARK
        session.add(await _correction(session, found))
        said = await messages.notify(
            session,
            to=messages.Recipient(organisation=counter.organisation),
            subject={"ja": MARK, "en": MARK},
            body={"ja": MARK, "en": MARK},
            at=now,
            dedupe_key="planted",
            case_id=case_id,
        )
        await messages.say(
            session,
            case_id=case_id,
            direction="to_office",
            author="x",
            author_name=MARK,
            body=MARK,
            at=now,
        )
        await journal.append(
            session,
            subject=f"case:{case_id}",
            action="x",
            actor="x",
            at=now,
            payload={"form": {"reason": MARK}},
        )
        export = await counter.blobs.put(f"list {MARK}".encode(), 1000)
        bulk_file = await documents.store_letter(
            session,
            counter.blobs,
            pdf=f"bulk {MARK}".encode(),
            name=f"{MARK}.csv",
            at=now,
            owner=owner,
        )
        session.add_all(_rows(counter, case, now, said or "", export.sha256, bulk_file.id))
        await session.flush()
        key = await session.get(FilingKey, case_id)
        if key is None:
            session.add(
                FilingKey(
                    case_id=case_id, procedure_id="x", party="x", entry_id=None, duplicate=MARK
                )
            )
        else:
            key.duplicate = MARK
        await session.commit()
    assert removed.sha256 != stored.sha256


async def _correction(session: Any, case: Case) -> Draft:
    first = await session.get(Draft, case.draft_id)
    values = {column.key: getattr(first, column.key) for column in Draft.__table__.columns}
    values |= {"id": new_id(), "case_id": case.id, "filed_at": None}
    values |= {"entered": {"x": MARK}, "unplaced": [{"label": MARK, "value": MARK}]}
    return Draft(**values)


def _rows(
    counter: Counter, case: Case, now: Any, message: str, export: str, bulk_file: str
) -> list[Base]:
    bulk = new_id()
    return [
        DevelopmentMail(
            id=new_id(), message_id=message, recipient=MARK, subject=MARK, body=MARK, created_at=now
        ),
        HeldInput(
            id="h", draft_id=case.draft_id, page_id="p", fields={"a": [MARK]}, created_at=now
        ),
        CaseNote(
            id=new_id(), case_id=case.id, author_id="x", author_name="x", body=MARK, at=now
        ),
        OpinionTask(
            id=new_id(), case_id=case.id, name="x", turn=1, agency_id="meti", role="x",
            state="answered", note=MARK, asked_at=now, asked_by="x", answered_name=MARK,
            form={"a": MARK}, content_hash="x", withdrawn_because=MARK,
        ),
        RegistrationCheck(
            id=new_id(), case_id=case.id, corporate_number="1", outcome="found",
            compared=[{"filed": MARK}], summary={"x": MARK}, asked_by="x", asked_at=now,
            retrieved_at=now, note=MARK,
        ),
        MatchLine(
            case_id=case.id, list="x", row="1", period="x", giver=MARK, taker=MARK, side="given",
            key=MARK, amount=1,
        ),
        FactRecord(
            id=new_id(), party_id=counter.organisation, name="planted", value=MARK,
            source={"x": MARK}, source_key=f"case:{case.id}", as_of=date(2026, 5, 1),
            recorded_at=now,
        ),
        IdempotencyKey(
            actor="x", key="planted-key", request="x", status=200,
            body=json.dumps({"id": case.id, "data": MARK}, ensure_ascii=False).encode(),
            created_at=now,
        ),
        Export(
            id=new_id(), person_id="x", organisation_id=None, language="ja",
            selection={"source": "cases"}, agencies=[KANAGAWA], format="csv", rows=1,
            state="done", name="x", sha256=export, size=1, created_at=now,
            expires_at=now + timedelta(days=7),
        ),
        BulkFiling(
            id=bulk, person_id=counter.people["applicant"].id, organisation_id=None,
            language="ja", channel="web", procedure_id="x", digest="x", title={},
            name=f"{MARK}.csv", document_id=bulk_file, state="done", created_at=now,
            updated_at=now, expires_at=now,
        ),
        BulkRow(
            bulk_id=bulk, number=1, line=1, key=MARK, client=MARK, organisation_name=MARK,
            entered={"x": MARK}, files={"x": [MARK]}, attached={"x": [{"name": MARK}]},
            faults=[{"message": MARK}], content_hash="x", case_id=case.id,
        ),
    ]  # fmt: skip


async def erased(
    counter: Counter, case_id: str, folder: Path, ground: str = "request", file: str | None = None
) -> Erasure:
    """Propose, approve and carry out the erasure of a case; the row afterwards."""
    async with counter.database.session() as session:
        row = await deciding.propose_for_case(
            session, counter.people["manager"], counter.clock, case_id, ground, WHY, file
        )
        await session.commit()
    async with counter.database.session() as session:
        await deciding.decide(
            session, counter.people["records"], counter.clock, row.id, approve=True
        )
        await session.commit()
    await work(counter, folder)
    async with counter.database.reading() as session:
        found = await session.get(Erasure, row.id)
        assert found is not None
        return found


async def everything(database: Database) -> dict[str, str]:
    """Every column of every table as one text each: {table.column: text}."""
    dump: dict[str, str] = {}
    async with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                values = await session.execute(select(column))
                binary = isinstance(column.type, LargeBinary)
                dump[f"{table.name}.{column.name}"] = "\n".join(
                    value.decode("utf-8", "replace")
                    if binary and value is not None
                    else json.dumps(value, ensure_ascii=False, default=str)
                    for (value,) in values
                )
    return dump


def held_in(dump: dict[str, str], mark: str = MARK) -> set[str]:
    """The columns in which the mark stands."""
    return {name for name, text in dump.items() if mark in text}


async def files_with(folder: Path, mark: str = MARK) -> list[Path]:
    """The stored contents that hold the mark."""

    def look() -> list[Path]:
        return [path for path in folder.glob("??/??/*") if mark.encode() in path.read_bytes()]

    return await asyncio.to_thread(look)
