"""A filing of any package on the table of the test office, complete, to be spoiled."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from httpx import AsyncClient, Response

from madoguchi.cases.filing.drafts import Content, new_draft
from madoguchi.cases.models import Draft, RegisterEntry
from madoguchi.cases.registers.values import tagged
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.package.compiled import Package
from madoguchi.web.templates import field_id
from tests import filings
from tests.cases.desk.counter import CORPORATE_NUMBER
from tests.cases.filing.office import Office

DAY = date(2026, 5, 1)


@dataclass
class Spread:
    """An open draft with the package's example in it, and the client of who writes it."""

    office: Office
    package: Package
    client: AsyncClient
    draft: str
    entered: dict[str, Any]

    async def kept(self) -> dict[str, Any]:
        """What the draft holds now."""
        async with self.office.counter.database.reading() as session:
            found = await session.get(Draft, self.draft)
            assert found is not None
            return dict(found.entered)

    async def restore(self) -> None:
        """Put the example back."""
        async with self.office.counter.database.session() as session:
            found = await session.get(Draft, self.draft)
            assert found is not None
            found.entered = self.entered
            found.visited, found.sheets = [], {}
            await session.commit()

    async def validate(self, entered: dict[str, Any]) -> Response:
        """What the API says."""
        return await self.client.post(
            f"/api/v1/procedures/{self.package.id}/validate", json={"data": entered}
        )


async def spread(office: Office, procedure: str) -> Spread:
    """Begin a filing with the package's own example."""
    package = filings.package(procedure)
    example = filings.example(package)
    office.counter.at(example.test.today or DAY)
    who = "examiner" if package.spec.who == "official" else "applicant"
    actor = office.counter.people[who]
    await office.publish_place(filings.PLACES[procedure])
    entries = await _hold(office, example)
    entered = _renamed(example.entered, entries)
    for name, field in package.fields.items():
        if field.type == "corporation" and isinstance(entered.get(name), dict):
            entered[name] = {**entered[name], "number": CORPORATE_NUMBER}
    async with office.counter.database.session() as session:
        draft = new_draft(
            actor,
            package,
            dict(package.title),
            actor.organisation,
            office.counter.now,
            Content(entered, {}),
        )
        session.add(draft)
        await session.commit()
    return Spread(office, package, await office.client(who), draft.id, entered)


async def _hold(office: Office, example: filings.Example) -> dict[str, str]:
    """Enter the example's registrations in the register; the ids they got."""
    ids: dict[str, str] = {}
    async with office.counter.database.session() as session:
        for name, entry in filings.plain(example.test.entries).items():
            ids[name] = new_id()
            columns = {k: v for k, v in entry.items() if k not in ("id", "register", "number")}
            session.add(
                RegisterEntry(
                    id=new_id(),
                    entry_id=ids[name],
                    register=entry["register"],
                    number=entry["number"],
                    agency_id=entry.get("agency", "meti"),
                    organisation_id=office.counter.organisation,
                    organisation_name="株式会社山田酸素",
                    columns=tagged(columns),
                    public={},
                    valid_from=date(2025, 4, 1),
                    recorded_at=office.counter.now,
                    status="valid",
                )
            )
        await session.commit()
    return ids


def _renamed(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, ids) if key != "row" else item for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, ids) for item in value]
    return ids.get(value, value) if isinstance(value, str) else value


def complaints(page: Response) -> set[tuple[str, str]]:
    """What a page's error summary says: (id of the control, words)."""
    summary = re.search(r"data-error-summary>(.*?)</ul>", page.text, re.S)
    links = re.findall(r'<a href="#([^"]+)">(.*?)</a>', summary[1] if summary else "", re.S)
    return {(unescape(place), _words(text)) for place, text in links}


def complaints_of(errors: list[dict[str, Any]], names: tuple[str, ...]) -> set[tuple[str, str]]:
    """The same of the API's errors about some fields."""
    return {
        (field_id(error["pointer"]), _words(error["message"]["ja"]))
        for error in errors
        if error["pointer"].split("/")[1:2] and error["pointer"].split("/")[1] in names
    }


def _words(text: str) -> str:
    plain = re.sub(r"<rt>.*?</rt>|<rp>.*?</rp>|<[^>]*>", "", text)
    plain = re.sub(r"\{([^|{}]*)\|[^{}]*\}", r"\1", unescape(plain))
    return "".join(plain.split())
