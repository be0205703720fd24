"""An application for tests: clients that act as people of the counter, and helpers to fill pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from madoguchi.app import create_app
from madoguchi.cases.intake.door import open_intake
from madoguchi.documents.uploading.door import open_uploads
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.procedures.package.load import Place, load, load_place
from madoguchi.settings import Settings
from tests.cases.desk.counter import PACKAGES, Counter, read_package

TRIAL = Path(__file__).with_name("trial.yaml")
# A fee is asked for one by one: the trial without its fee is what is filed many at once.
TRIAL_WITHOUT_FEE = TRIAL.read_text(encoding="utf-8").replace(
    "fees:\n  - {id: fee, label: {ja: 手数料, en: Fee}, amount: '12000', due: filing}\n", ""
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000056 00000 n \n"
    b"0000000109 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n177\n%%EOF\n"
)


@dataclass
class Office:
    """The application with its counter; `clients` are kept by the name of the person."""

    counter: Counter
    app: FastAPI
    clients: dict[str, AsyncClient] = field(default_factory=dict)

    async def client(self, who: str) -> AsyncClient:
        """A client that acts as a person of the counter; "public" is signed out."""
        if who not in self.clients:
            headers = {"accept-language": "ja"}
            if who != "public":
                async with self.counter.database.session() as session:
                    actor = self.counter.people[who]
                    _, token = await identity.issue_token(
                        session, self.counter.clock, actor, "test"
                    )
                    await session.commit()
                headers["authorization"] = f"Bearer {token}"
            self.clients[who] = AsyncClient(
                transport=ASGITransport(self.app), base_url="http://testserver", headers=headers
            )
        return self.clients[who]

    async def add_person(self, who: str, organisation: str | None = None) -> Actor:
        """One more applicant, of an organisation of their own when none is given."""
        async with self.counter.database.session() as session:
            person = await identity.add_person(session, self.counter.clock, name=who)
            if organisation is None:
                made = await identity.add_organisation(
                    session, self.counter.clock, name=f"{who}株式会社"
                )
                organisation = made.id
            await identity.add_member(session, person.id, organisation)
            await session.commit()
        actor = Actor(id=person.id, name=who, kind="applicant", organisation=organisation)
        self.counter.people[who] = actor
        return actor

    async def publish_trial(self, text: str | None = None, version: str = "v1") -> None:
        """Publish the procedure of trial.yaml (or `text`), which has a field of every type."""
        loaded = load({"procedure.yaml": text or TRIAL.read_text()}, version)
        assert loaded.package is not None, loaded.faults
        await self._publish(loaded.package)

    async def publish_place(self, place: Place) -> None:
        """Publish the package at a place."""
        loaded = load_place(place)
        assert loaded.package is not None, loaded.faults
        await self._publish(loaded.package)

    async def publish_folder(self, folder: str) -> None:
        """Publish one of the repository's packages."""
        await self._publish(read_package(PACKAGES / folder / "v1"))

    async def _publish(self, package: Any) -> None:
        async with self.counter.database.session() as session:
            await publish_package(session, package, self.counter.clock)
            await session.commit()

    async def start(self, who: str = "applicant", procedure: str = "trial") -> str:
        """Start a draft by the button of the procedure's page; its id."""
        client = await self.client(who)
        answer = await client.post(f"/procedures/{procedure}/start", data={"new": "1"})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].rpartition("/")[2]

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()
        await self.app.state.uploads.close()
        await self.app.state.intake.close()


async def publish_package(session: Any, package: Any, clock: Any) -> None:
    """Put a compiled package into the database as publishing does."""
    from madoguchi.procedures.models import Procedure, ProcedureVersion

    if await session.get(ProcedureVersion, package.digest) is not None:
        return
    if await session.get(Procedure, package.id) is None:
        session.add(Procedure(id=package.id, created_at=clock()))
        await session.flush()
    session.add(
        ProcedureVersion(
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
    )
    await session.flush()


async def open_office(counter: Counter, folder: Path) -> Office:
    """The application over the counter's database and blobs."""
    settings = Settings(home=folder, secret=SecretStr("a secret of the tests " * 2))
    app = create_app(settings, counter.clock)
    app.state.database = counter.database
    app.state.blobs = BlobStore(counter.blobs.folder)
    app.state.intake = open_intake(counter.database, app.state)
    app.state.uploads = open_uploads(counter.database, app.state)
    return Office(counter, app)


def controls(page: Response) -> dict[str, list[str]]:
    """What a browser would send of a page's first form: hidden and text inputs, choices made."""
    html = page.text
    begin = html.find('<form class="dads-form"')
    form = html[begin : html.find("</form>", begin)]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form):
        attributes = {k: unescape(v) for k, v in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if name is None or kind in ("file", "submit"):
            continue
        if kind in ("radio", "checkbox") and " checked" not in tag:
            continue
        sent.setdefault(name, []).append(attributes.get("value", ""))
    for name, value in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S
    ):
        sent.setdefault(name, []).append(unescape(value))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent.setdefault(name, []).append(unescape(chosen[1]) if chosen else "")
    return sent


async def fill(
    client: AsyncClient, url: str, answers: Mapping[str, str | list[str]], do: str = "next"
) -> Response:
    """Open a page, change some answers and press a button."""
    page = await client.get(url)
    assert page.status_code == 200, page.text
    sent = {**controls(page), **{k: v if isinstance(v, list) else [v] for k, v in answers.items()}}
    return await client.post(url.partition("?")[0], data={**sent, "do": do})
