"""Publishing procedures and finding the version in force: the face other modules use."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.service import office_of
from madoguchi.kernel import jobs, journal
from madoguchi.kernel.clock import JST, Clock
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.procedures.evaluate import evaluate, evaluate_form
from madoguchi.procedures.evaluation import AttachmentState, Evaluation, FeeDue, FileRef
from madoguchi.procedures.fields.answer import is_blank, show, to_json
from madoguchi.procedures.fields.field import Fault, Field
from madoguchi.procedures.filed import typed_filing
from madoguchi.procedures.inspection import (
    AnswerError,
    History,
    Reason,
    Site,
    assess,
    judge_answer,
    sites,
)
from madoguchi.procedures.json_schema import json_schema
from madoguchi.procedures.models import Procedure, ProcedureVersion
from madoguchi.procedures.package.collected import Collection
from madoguchi.procedures.package.compile_inspection import Inspections
from madoguchi.procedures.package.compiled import Package, Page, Section
from madoguchi.procedures.package.crosscase import GIVEN, TAKEN
from madoguchi.procedures.package.duties import Obligation
from madoguchi.procedures.package.functions import (
    DISQUALIFIED,
    DUPLICATE,
    ENTRIES,
    ENTRY,
    LEDGER,
    PREVIOUS,
    QUOTA,
    Question,
)
from madoguchi.procedures.package.given import changed, plain
from madoguchi.procedures.package.ledgers import Endorsement, Ledger
from madoguchi.procedures.package.load import (
    Loaded,
    Place,
    load,
    load_folder,
    load_or_raise,
    load_place,
    places,
    read_files,
)
from madoguchi.procedures.package.scope import Environment, Source
from madoguchi.procedures.package.source import PackageFault, read_yaml
from madoguchi.procedures.package.trial import run_tests
from madoguchi.procedures.periods import Period
from madoguchi.procedures.reading import MOST_ROWS
from madoguchi.procedures.workflow.advance import Transition, advance, available
from madoguchi.procedures.workflow.machine import DRAFT, Action, Machine, State
from madoguchi.procedures.workflow.routes import Happened

__all__ = [
    "DISQUALIFIED",
    "DRAFT",
    "DUPLICATE",
    "ENTRIES",
    "ENTRY",
    "GIVEN",
    "LEDGER",
    "MOST_ROWS",
    "PREVIOUS",
    "QUOTA",
    "TAKEN",
    "Action",
    "AnswerError",
    "AttachmentState",
    "Collection",
    "Endorsement",
    "Environment",
    "Evaluation",
    "Fault",
    "FeeDue",
    "Field",
    "FileRef",
    "Happened",
    "History",
    "Inspections",
    "Ledger",
    "Machine",
    "Obligation",
    "Package",
    "Page",
    "Period",
    "Place",
    "ProcedureError",
    "Question",
    "Reason",
    "Section",
    "Site",
    "Source",
    "State",
    "Transition",
    "advance",
    "assess",
    "available",
    "evaluate",
    "evaluate_form",
    "is_blank",
    "json_schema",
    "judge_answer",
    "places",
    "show",
    "sites",
    "to_json",
    "typed_filing",
]

COMPILED_KEPT = 500
VERSION_JOB = "procedures.version_begins"
_compiled: OrderedDict[str, Package] = OrderedDict()


class ProcedureError(DomainError):
    """A procedure that cannot be found, or a package that cannot be published."""


@dataclass(frozen=True)
class Checked:
    """A package with everything that is to be said about it: faults, and how its tests went."""

    loaded: Loaded
    tests: int
    faults: list[PackageFault]

    @property
    def publishable(self) -> bool:
        """Whether nothing forbids publishing."""
        return not any(fault.severity == "error" for fault in self.faults)


def check_folder(folder: Path) -> Checked:
    """Read, check and try the package in a version folder."""
    return _checked(load_folder(folder), f"{folder}/procedure.yaml")


def check_files(files: Mapping[str, str], version: str) -> Checked:
    """Check and try a package given as texts."""
    return _checked(load(files, version), "procedure.yaml")


def check_place(place: Place) -> Checked:
    """Read, check and try the package at a place."""
    return _checked(load_place(place), f"{place}/procedure.yaml")


def _checked(loaded: Loaded, file: str) -> Checked:
    if loaded.package is None:
        return Checked(loaded, 0, loaded.faults)
    count, failures = run_tests(loaded.package, office_of)
    failed = [
        PackageFault(
            file,
            _test_line(loaded.package, f.path),
            1,
            "test-failed",
            f"test “{f.test}”: {f.message}",
        )
        for f in failures
    ]
    return Checked(loaded, count, loaded.faults + failed)


def _test_line(package: Package, path: Sequence[str | int]) -> int:
    """The line of a test in procedure.yaml: its `- name:` is searched, positions are not kept."""
    name = package.spec.tests[int(path[1])].name
    lines = package.files["procedure.yaml"].splitlines()
    return next((number for number, line in enumerate(lines, 1) if name in line), 1)


async def publish(
    session: AsyncSession, files: Mapping[str, str], version: str, *, actor: str, clock: Clock
) -> Package:
    """Publish a package. Publishing the same content again changes nothing.

    Raises ProcedureError `package-faulty` (422) with the faults, `version-exists` (409) when this
    version name was published with other content: a published version never changes.
    """
    package = _sound(files, version)
    if await session.get(ProcedureVersion, package.digest) is not None:
        return package
    taken = await session.scalar(
        select(ProcedureVersion.digest).where(
            ProcedureVersion.procedure_id == package.id, ProcedureVersion.version == version
        )
    )
    if taken is not None:
        raise _error(
            "version-exists",
            409,
            "{id} の {version} はすでに公開されています。内容を変えるときは新しい版にしてください。",
            "{version} of {id} has been published already. A change needs a new version.",
            id=package.id,
            version=version,
        )
    now = clock()
    follows = await session.get(Procedure, package.id) is not None
    if not follows:
        session.add(Procedure(id=package.id, created_at=now))
        await session.flush()
    session.add(
        ProcedureVersion(
            digest=package.digest,
            procedure_id=package.id,
            version=version,
            kind=package.kind,
            title=dict(package.title),
            files=dict(files),
            effective_from=package.spec.effective.from_,
            effective_to=package.spec.effective.to,
            published_at=now,
            published_by=actor,
        )
    )
    await journal.append(
        session,
        subject=f"procedure:{package.id}",
        action="published",
        actor=actor,
        on_behalf_of=None,
        at=now,
        payload={"digest": package.digest, "version": version},
    )
    if follows:
        await _announce(session, package, now)
    _keep(package)
    return package


async def _announce(session: AsyncSession, package: Package, now: datetime) -> None:
    """On a version's first day, whoever keeps drafts of the procedure brings them up to date."""
    begins = datetime.combine(package.spec.effective.from_, time.min, JST)
    await jobs.enqueue(
        session,
        VERSION_JOB,
        {"procedure": package.id, "digest": package.digest},
        key=package.digest,
        run_at=begins if begins > now else None,
    )


def _sound(files: Mapping[str, str], version: str) -> Package:
    checked = check_files(files, version)
    if checked.loaded.package is not None and checked.publishable:
        return checked.loaded.package
    raise _error(
        "package-faulty",
        422,
        "パッケージに誤りがあります:{faults}",
        "The package has faults: {faults}",
        faults="; ".join(str(fault) for fault in checked.faults if fault.severity == "error"),
    )


async def package(session: AsyncSession, digest: str) -> Package:
    """The compiled package of a digest: compiled once a process, then kept (it never changes)."""
    found = _compiled.get(digest)
    if found is not None:
        _compiled.move_to_end(digest)
        return found
    row = await session.get(ProcedureVersion, digest)
    if row is None:
        raise _error("no-version", 404, "この版の手続はありません。", "There is no such version.")
    found = load_or_raise(row.files, row.version)
    _keep(found)
    return found


def _keep(package: Package) -> None:
    _compiled[package.digest] = package
    if len(_compiled) > COMPILED_KEPT:
        _compiled.popitem(last=False)


async def current(session: AsyncSession, procedure_id: str, on: date) -> Package:
    """The version in which filings begin on a day. Raises ProcedureError 404 when there is none."""
    digest = await session.scalar(
        select(ProcedureVersion.digest)
        .where(
            ProcedureVersion.procedure_id == procedure_id,
            ProcedureVersion.effective_from <= on,
            or_(ProcedureVersion.effective_to.is_(None), ProcedureVersion.effective_to >= on),
        )
        .order_by(
            ProcedureVersion.effective_from.desc(),
            ProcedureVersion.published_at.desc(),
            ProcedureVersion.digest,
        )
        .limit(1)
    )
    if digest is None:
        raise no_such_procedure()
    return await package(session, digest)


def no_such_procedure() -> ProcedureError:
    """What is said of a procedure that does not exist, or not now."""
    return _error(
        "no-procedure",
        404,
        "この手続は見つからないか、いまは受け付けていません。",
        "This procedure does not exist or is not open now.",
    )


async def all_current(session: AsyncSession, on: date) -> list[Package]:
    """Every procedure in force on a day, by id."""
    ids = await session.scalars(select(Procedure.id).order_by(Procedure.id))
    found = []
    for procedure_id in ids:
        try:
            found.append(await current(session, procedure_id, on))
        except ProcedureError:
            continue
    return found


@dataclass(frozen=True)
class VersionLine:
    """One published version, for lists (手続の版)."""

    procedure_id: str
    version: str
    digest: str
    title: Text
    kind: str
    effective_from: date
    effective_to: date | None
    published_at: datetime
    published_by: str


async def versions(session: AsyncSession, procedure_id: str | None = None) -> list[VersionLine]:
    """All published versions, newest first; of one procedure, or of all."""
    query = select(ProcedureVersion).order_by(
        ProcedureVersion.published_at.desc(), ProcedureVersion.digest
    )
    if procedure_id is not None:
        query = query.where(ProcedureVersion.procedure_id == procedure_id)
    return [
        VersionLine(
            row.procedure_id,
            row.version,
            row.digest,
            row.title,
            row.kind,
            row.effective_from,
            row.effective_to,
            row.published_at,
            row.published_by,
        )
        for row in await session.scalars(query)
    ]


def sample_filing(package: Package, change: Mapping[str, Any]) -> dict[str, Any]:
    """The package's own example of a complete filing (tests/ok.yaml) with changes.

    `change` is a JSON Merge Patch whose keys may also be JSON Pointers with row ids.
    """
    source = read_yaml(package.files.get("tests/ok.yaml", "{}"), "tests/ok.yaml")
    result: dict[str, Any] = changed(plain(source.data), plain(dict(change)))
    return result


def files_of(place: Place) -> dict[str, str]:
    """The files of a package as texts. Raises ProcedureError when one cannot be read."""
    files, unreadable = read_files(place)
    if unreadable:
        faults = "; ".join(map(str, unreadable))
        raise _error(
            "package-faulty",
            422,
            "パッケージに誤りがあります:{faults}",
            "The package has faults: {faults}",
            faults=faults,
        )
    return files


def _error(code: str, status: int, ja: str, en: str, **params: object) -> ProcedureError:
    return ProcedureError(code, status, {"ja": ja, "en": en}, params)
