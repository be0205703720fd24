"""A counter for tests: agencies, officials, an applicant, published procedures, filed cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.act import Seen, act
from madoguchi.cases.filing.correct import resubmit, start_correction
from madoguchi.cases.filing.drafts import Content, new_draft
from madoguchi.cases.filing.submit import NotReady, file_draft
from madoguchi.cases.models import Case
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.database import Database
from madoguchi.procedures import service as procedures
from madoguchi.procedures.models import Procedure, ProcedureVersion
from madoguchi.procedures.package.given import plain
from madoguchi.procedures.package.load import load_folder
from madoguchi.procedures.package.source import read_yaml

PACKAGES = Path(__file__).parents[3] / "procedures"
PERMIT = "safety/high-pressure-gas-production"
NOTICE = "safety/high-pressure-gas-notice"
REGISTRATION = "fuel/gasoline-seller-registration"
CHANGE = "fuel/gasoline-seller-change-notice"
CLOSURE = "fuel/gasoline-seller-closure"
CORPORATE_NUMBER = "7000012050002"
ONE_FILE = b"%PDF-1.4 an attachment"


@dataclass
class Counter:
    """Everything a test needs at hand; `now` is what the clock shows.

    `waited`: how long the applicant waited in the waiting room before sending.
    """

    database: Database
    blobs: BlobStore
    now: datetime = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
    people: dict[str, Actor] = field(default_factory=dict)
    organisation: str = ""
    waited: timedelta = timedelta(0)

    def clock(self) -> datetime:
        return self.now

    def at(self, day: date, hour: int = 10) -> None:
        """Set the clock to an hour of a day in Japan."""
        self.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=9)

    async def act(
        self,
        who: str,
        case_id: str,
        action: str,
        form: Mapping[str, Any] | None = None,
        **seen: Any,
    ) -> Case:
        """An official's act, committed."""
        async with self.database.session() as session:
            case = await act(
                session, self.people[who], case_id, action, form or {}, Seen(**seen), self.clock
            )
            await session.commit()
            return case

    async def case(self, case_id: str) -> Case:
        async with self.database.reading() as session:
            found = await session.get(Case, case_id)
            assert found is not None
            return found

    async def resubmit(self, case_id: str, change: Mapping[str, Any]) -> None:
        """Correct a case as its applicant and send it again."""
        applicant = self.people["applicant"]
        async with self.database.session() as session:
            draft = await start_correction(session, applicant, self.clock, case_id)
            draft.entered = {**draft.entered, **change}
            await resubmit(session, self.blobs, applicant, self.clock, draft.id, self.waited)
            await session.commit()

    async def file(self, folder: str, *, change: Mapping[str, Any] | None = None) -> str:
        """File a package's ok.yaml as the applicant; the case's id."""
        version = PACKAGES / folder / "v1"
        given = read_yaml((version / "tests" / "ok.yaml").read_text(), "ok.yaml")
        entered = plain(given.data)
        entered |= dict(change or {})
        if isinstance(entered.get("applicant"), dict):
            entered["applicant"]["number"] = CORPORATE_NUMBER
        return await self.file_as(read_package(version), entered)

    async def file_as(self, package: procedures.Package, entered: Mapping[str, Any]) -> str:
        """File answers under a package as the applicant; the case's id."""
        async with self.database.session() as session:
            await publish(session, package, self.clock)
            await session.commit()
            stored = {"sha256": sha256_hex(ONE_FILE), "name": "図面.pdf", "size": len(ONE_FILE)}
            stored |= {"type": "application/pdf", "id": "x"}
            draft = new_draft(
                self.people["applicant"],
                package,
                dict(package.title),
                self.organisation,
                self.now,
                Content(dict(entered), {key: [stored] for key in package.attachments}),
            )
            session.add(draft)
            await session.flush()
            try:
                case = await file_draft(
                    session,
                    self.blobs,
                    self.people["applicant"],
                    self.clock,
                    draft.id,
                    self.waited,
                )
            except NotReady as error:
                found = [(f.pointer, f.message["en"]) for f in error.judged.evaluation.errors]
                raise AssertionError(found) from error
            await session.commit()
            return case.id


@cache
def read_package(version: Path) -> procedures.Package:
    """A compiled package; its own tests are run elsewhere, once."""
    package = load_folder(version).package
    assert package is not None
    return package


async def publish(session: AsyncSession, package: procedures.Package, clock: Any) -> None:
    """Put a version into the database as publishing does."""
    if await session.get(ProcedureVersion, package.digest) is None:
        session.add(Procedure(id=package.id, created_at=clock()))
        await session.flush()
        row = ProcedureVersion(
            digest=package.digest,
            procedure_id=package.id,
            version=package.version,
            kind=package.kind,
            title=dict(package.title),
            files=dict(package.files),
            effective_from=package.spec.effective.from_,
            effective_to=package.spec.effective.to,
            published_at=clock(),
            published_by="test",
        )
        session.add(row)
        await session.flush()


async def open_counter(database: Database, folder: Path) -> Counter:
    """A counter with its people: examiner, approver and so on at pref-14; others elsewhere."""
    counter = Counter(database, BlobStore(folder))
    async with database.session() as session:
        owner = documents.Owner(organisation="0")
        await documents.store_letter(
            session, counter.blobs, pdf=ONE_FILE, name="図面.pdf", at=counter.now, owner=owner
        )
        for agency in ("meti", KANAGAWA, TOKYO, KANTO):
            record = identity.shipped_agencies()[agency]
            session.add(
                identity.Agency(
                    id=agency,
                    kind=record.kind,
                    parent_id=record.parent,
                    name=dict(record.name),
                    head=dict(record.head),
                )
            )
            await session.flush()
        organisation = await identity.add_organisation(
            session,
            counter.clock,
            name="株式会社山田酸素",
            corporate_number=CORPORATE_NUMBER,
            address={"prefecture": "神奈川県", "city": "川崎市", "street": "1-1"},
            representative_title="代表取締役",
            representative_name="山田 太郎",
        )
        counter.organisation = organisation.id
        for name, grants in PEOPLE.items():
            person = await identity.add_person(session, counter.clock, name=NAMES[name])
            for agency, role in grants:
                await identity.grant_role(
                    session, counter.clock, person.id, agency, role, by="test"
                )
            counter.people[name] = Actor(
                id=person.id,
                name=person.name,
                kind="official" if grants else "applicant",
                organisation=None if grants else organisation.id,
                organisation_name=None if grants else organisation.name,
                grants=frozenset(grants),
            )
        await identity.add_member(session, counter.people["applicant"].id, organisation.id)
        await session.commit()
    return counter


KANAGAWA, TOKYO, KANTO = "pref-14", "pref-13", "bureau-kanto"
PEOPLE: dict[str, list[tuple[str, str]]] = {
    "applicant": [],
    "examiner": [(KANAGAWA, "examiner"), (KANTO, "examiner")],
    "second": [(KANAGAWA, "examiner"), (KANAGAWA, "approver"), (KANTO, "approver")],
    "approver": [(KANAGAWA, "approver"), (KANTO, "approver")],
    "manager": [(KANAGAWA, "manager")],
    "administrator": [(KANAGAWA, "administrator")],
    "elsewhere": [(TOKYO, "examiner"), (TOKYO, "approver")],
    "ministry": [("meti", "approver")],
}
NAMES = {
    "applicant": "山田 太郎",
    "examiner": "審査 花子",
    "second": "兼務 次郎",
    "approver": "決裁 三郎",
    "manager": "管理 四郎",
    "administrator": "情報 五郎",
    "elsewhere": "他県 六郎",
    "ministry": "本省 七子",
}
