"""Sending files in bulk in tests: the trial procedure's rows, the upload, the jobs that follow."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from madoguchi.app import handlers, long_handlers
from madoguchi.cases.bulk import service
from madoguchi.cases.bulk.entries import Entry
from madoguchi.cases.bulk.models import BulkFiling, BulkRow
from madoguchi.cases.bulk.plan import plans_of
from madoguchi.cases.bulk.reading import ACCEPT
from madoguchi.cases.bulk.templates import filled
from madoguchi.cases.models import Case
from madoguchi.documents import service as documents
from madoguchi.documents.service import Owner
from madoguchi.kernel.jobs import Worker
from madoguchi.procedures.service import Package
from madoguchi.settings import Settings
from tests.cases.filing.office import PDF, Office
from tests.cases.filing.test_api import DATA

FILES = {"plan": ["計画.pdf"], "certificate": ["証明書.pdf"]}


def entry(
    key: str, client: str = "", files: Mapping[str, list[str]] = FILES, **change: Any
) -> Entry:
    return Entry(1, key, client, {**DATA, **change}, files)


def zipped(
    package: Package,
    entries: list[Entry],
    *,
    kind: str = "xlsx",
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """A ZIP of the filings and their files."""
    out = io.BytesIO()
    content = filled(plans_of(package), entries, "ja", kind)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "csv":
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                for name in inner.namelist():
                    archive.writestr(name, inner.read(name))
        else:
            archive.writestr("申請.xlsx", content)
        for name, body in (files or {"添付/計画.pdf": PDF, "添付/証明書.pdf": PDF}).items():
            archive.writestr(name, body)
    return out.getvalue()


def worker(office: Office) -> Worker:
    """A worker that does everything."""
    settings = Settings()
    counter = office.counter
    every = {**handlers(settings), **long_handlers(settings)}
    return Worker(counter.database, every, counter.clock, counter.blobs)


async def drain(office: Office) -> None:
    await worker(office).drain()


async def send(
    office: Office, content: bytes, name: str = "申請.zip", who: str = "applicant"
) -> str:
    """Upload a file for the trial procedure; the bulk filing's id."""
    counter = office.counter
    actor = counter.people[who]
    async with counter.database.session() as session:
        package = await service.package_for(session, actor, "trial", counter.clock)
        stored = await documents.receive(
            session,
            counter.blobs,
            name=name,
            stream=content,
            spec=ACCEPT,
            at=counter.now,
            owner=Owner(person=actor.id),
        )
        bulk = await service.receive_file(session, actor, package, stored, "ja", counter.clock)
        await session.commit()
    return bulk.id


async def bulk_of(office: Office, bulk_id: str) -> BulkFiling:
    async with office.counter.database.reading() as session:
        return await session.get_one(BulkFiling, bulk_id)


async def rows_of(office: Office, bulk_id: str) -> list[BulkRow]:
    async with office.counter.database.reading() as session:
        query = select(BulkRow).where(BulkRow.bulk_id == bulk_id).order_by(BulkRow.number)
        return list(await session.scalars(query))


async def file(office: Office, bulk_id: str, who: str = "applicant") -> None:
    """Ask that the good rows be filed."""
    counter = office.counter
    run = (await bulk_of(office, bulk_id)).run
    async with counter.database.session() as session:
        await service.start_filing(session, counter.people[who], bulk_id, run, counter.clock)
        await session.commit()


async def cases(office: Office) -> int:
    async with office.counter.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(Case)) or 0)
