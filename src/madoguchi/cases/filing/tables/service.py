"""Uploading a table of a draft, looking at what it holds, taking it over (表の取込み)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.filing.drafts import Content, check_revision, not_filed, write
from madoguchi.cases.filing.editing import editable
from madoguchi.cases.filing.entering import rows_of
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.tables.faults import RowFault, row_faults
from madoguchi.cases.filing.tables.loading import Loaded, columns_of, combined, load_rows
from madoguchi.cases.models import Draft
from madoguchi.cases.spreadsheets.leaves import Leaf
from madoguchi.cases.spreadsheets.reading import read_book
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.procedures.service import Fault, Field, Page


@dataclass(frozen=True)
class Table:
    """A table of a draft with the verdict on it. `open`: its rows may come and go."""

    draft: Draft
    judged: Judged
    field: Field
    open: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as they were entered."""
        return rows_of(self.draft.entered.get(self.field.name))

    @property
    def page(self) -> Page | None:
        """The page of questions on which the table stands."""
        return self.judged.package.page_of(f"/{self.field.name}")

    @property
    def leaves(self) -> list[Leaf]:
        """The columns people fill in."""
        return columns_of(self.field)

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong with the table and its rows."""
        return self.judged.evaluation.faults_at(f"/{self.field.name}")


@dataclass(frozen=True)
class Preview:
    """What a file would make of a table: its rows, the faults by line, headings passed over."""

    table: Table
    loaded: Loaded
    rows: Sequence[Mapping[str, Any]]
    faults: Sequence[RowFault]


async def table_of(
    session: AsyncSession, actor: Actor, clock: Clock, draft_id: str, name: str
) -> Table:
    """A table of the actor's draft. CaseError 404, 409 (filed already)."""
    draft = not_filed(await own_draft(session, actor, draft_id))
    judged = await judge(session, draft, clock())
    return _table(draft, judged, name)


async def check_file(
    database: Database,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    name: str,
    file_id: str,
) -> None:
    """Raise what keeps an uploaded file from being read: see `preview`."""
    async with database.reading() as session:
        table = _opened(await table_of(session, actor, clock, draft_id, name))
        await _loaded(session, blobs, actor, table, file_id)


async def preview(
    database: Database,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    name: str,
    file_id: str,
    mode: str,
) -> Preview:
    """What taking over an uploaded file would give; nothing is changed.

    Raises CaseError 404, 409; SpreadsheetError 422; DocumentError.
    """
    async with database.reading() as session:
        table = _opened(await table_of(session, actor, clock, draft_id, name))
        loaded = await _loaded(session, blobs, actor, table, file_id)
        draft = table.draft
        rows, lines = combined(draft.entered.get(name), loaded, mode)
        session.expunge(draft)  # judged with the rows, never saved
        draft.entered = {**draft.entered, name: rows}
        judged = await judge(session, draft, clock())
    faults = row_faults(table.field, judged.evaluation.faults_at(f"/{name}"), rows, lines)
    return Preview(Table(draft, judged, table.field, table.open), loaded, rows, faults)


async def take_over(
    database: Database,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    name: str,
    file_id: str,
    mode: str,
    revision: int,
) -> int:
    """Put the rows of an uploaded file into the draft; how many. Done twice it is done once.

    Raises as `preview`, and CaseError 412 when the draft has changed since it was looked at.
    """
    async with database.reading() as session:
        table = _opened(await table_of(session, actor, clock, draft_id, name))
        loaded = await _loaded(session, blobs, actor, table, file_id)
    async with database.session() as session:
        draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
        check_revision(draft, revision)
        rows, _ = combined(draft.entered.get(name), loaded, mode)
        write(draft, Content({**draft.entered, name: rows}, draft.attached), clock())
        if table.page is not None and table.page.id not in draft.visited:
            draft.visited = [*draft.visited, table.page.id]  # from now on faults are shown
        await session.commit()
    return len(loaded.rows)


async def _loaded(
    session: AsyncSession, blobs: BlobStore, actor: Actor, table: Table, file_id: str
) -> Loaded:
    stored, path = await documents.open_document(
        session,
        blobs,
        file_id,
        person=actor.id,
        organisations=[actor.organisation] if actor.organisation else [],
    )
    book = await read_book(path, stored.type, stored.name)
    taken = [row["row"] for row in table.rows]
    return load_rows(book, table.field, table.judged.environment.entries, taken)


def _table(draft: Draft, judged: Judged, name: str) -> Table:
    field = judged.package.fields.get(name)
    if (
        field is None
        or field.type != "table"
        or field.for_officials
        or f"/{name}" not in judged.evaluation.relevant
    ):
        raise not_found()
    faulty = {fault.pointer for fault in judged.evaluation.errors}
    may_edit = editable(draft.case_id is not None, draft.points, draft.opened, faulty)
    return Table(draft, judged, field, may_edit(f"/{name}"))


def _opened(table: Table) -> Table:
    if not table.open:
        raise case_error(
            "not_open_for_correction",
            409,
            "この表は、今回の補正で直す項目ではありません。",
            "This table is not among what you were asked to correct.",
        )
    return table
