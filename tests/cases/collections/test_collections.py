"""Filings collected into a declaration: seen, frozen, valid or refused, made again after a change."""

import asyncio
import csv
import io
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from madoguchi.app import long_handlers
from madoguchi.cases.collections import service
from madoguchi.cases.collections.gathering import gather, periods_told
from madoguchi.cases.collections.models import CollectionEdition
from madoguchi.cases.obligations.models import Obligation
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import Worker
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import given_by, plain
from madoguchi.procedures.package.load import load, load_folder
from madoguchi.settings import Settings
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import CORPORATE_NUMBER, PACKAGES, Counter

FOLDER = PACKAGES / "chemicals/designated-substance/v1"
URL = "/desk/collections/designated-substance-actual/past_activities/2026"
NAMESPACE = "{urn:madoguchi:cwc:past-activities:1}"
HOSTILE = ']]><x a="1">&amp;&#0; \u0001\u0008<!ENTITY e SYSTEM "file:///etc/passwd">{{ 7*7 }}'


@cache
def package(variant: str) -> Package:
    found = load_folder(FOLDER, variant).package
    assert found is not None
    return found


async def file(
    counter: Counter, variant: str = "actual", *, accept: bool = True, **change: Any
) -> str:
    """File, and confirm, a notice of designated chemicals of 2026."""
    there = package(variant)
    test = there.spec.tests[0].model_copy(update={"given": "ok.yaml"})
    entered = {**plain(given_by(there, test)), "late_reason": "遅れ", "year": 2026, **change}
    entered["applicant"]["number"] = CORPORATE_NUMBER
    case = await counter.file_as(there, entered)
    if accept:
        await counter.act("examiner", case, "forward")
        await counter.act("ministry", case, "confirm")
    return case


async def freeze(
    counter: Counter, name: str = "past_activities", reason: str = ""
) -> CollectionEdition:
    """Freeze what is there as the ministry's official, and make its file."""
    collection = package("actual").collections[name]
    async with counter.database.session() as session:
        found = await gather(session, collection, "2026", counter.now.date())
        edition = await service.freeze(
            session, counter.people["ministry"], package("actual"), collection, "2026",
            found.content_hash, reason, counter.clock,
        )  # fmt: skip
        await session.commit()
    await work(counter)
    async with counter.database.reading() as session:
        return await service.edition_for(session, counter.people["ministry"], edition.id)


async def work(counter: Counter) -> None:
    await Worker(counter.database, long_handlers(Settings()), counter.clock, counter.blobs).drain()


def content(counter: Counter, edition: CollectionEdition) -> bytes:
    assert edition.sha256 is not None, edition.problem
    return Path(counter.blobs.path(edition.sha256)).read_bytes()


async def test_a_declaration_from_filing_to_corrected_edition(counter: Counter) -> None:
    counter.at(date(2027, 3, 2))
    own = await file(counter, site_name=HOSTILE)
    await file(counter, site_code="JPN020", accept=False)
    collection = package("actual").collections["past_activities"]
    async with counter.database.session() as session:
        session.add(
            Obligation(
                id="duty", duty="x/y", procedure_id="designated-substance-actual", register="r",
                entry_id="e", number="1", agency_id="bureau-kanto", holder="未提出株式会社",
                period="2026", due_on=date(2027, 2, 28), set_on=date(2027, 2, 28), run="1",
            )
        )  # fmt: skip
        await session.commit()
        found = await gather(session, collection, "2026", counter.now.date())
        assert await periods_told(session, collection) == [("2026", 2)]
    assert found.missing == {"duties": 1, "pending": 1, "contradictions": 0}
    assert [row["made_kg"] for row in found.rows] == ["1200.5"]
    with pytest.raises(DomainError) as refused:
        await freeze(counter)
    assert refused.value.code == "collection-reason", "something is missing: say why"

    first = await freeze(counter, reason="期限のため")
    assert (first.edition, first.state, first.problem) == (1, "done", None)
    tree = etree.fromstring(content(counter, first))
    assert [item.get("key") for item in tree.iter(f"{NAMESPACE}Substance")] == ["2B13"]
    names = {item.text for item in tree.iter(f"{NAMESPACE}SiteName")}
    assert len(names) == 1
    assert all(part in names.copy().pop() for part in ("]]>", "<!ENTITY", "{{ 7*7 }}"))
    again = await freeze(counter, reason="もう一度")
    assert again.id == first.id, "a second click finds the same edition"

    await counter.resubmit(
        own,
        {
            "facilities": [
                {"row": "r1", "plant_code": "P1", "kg": 900, "exported_kg": 0, "capacity_t": 20}
            ]
        },
    )
    await counter.act("ministry", own, "confirm")
    await file(counter, substance="3B06", cas=None, site_code="JPN030")
    with pytest.raises(DomainError) as stale:
        async with counter.database.session() as session:
            await service.freeze(
                session, counter.people["ministry"], package("actual"), collection, "2026",
                first.content_hash, "訂正", counter.clock,
            )  # fmt: skip
    assert stale.value.code == "collection-changed"
    second = await freeze(counter, reason="訂正の反映")
    async with counter.database.reading() as session:
        changes = await service.changes_since(session, second)
        kept = await session.get(CollectionEdition, first.id)
        entries = await journal.entries(session, f"collection:{second.id}")
    assert changes is not None
    assert {(c.kind, (c.row or c.before)["substance"]) for c in changes} == {
        ("changed", "2B13"),
        ("added", "3B06"),
    }
    changed = next(c for c in changes if c.kind == "changed")
    assert set(changed.columns) == {"made_kg", "exported_kg", "plants"}
    assert kept is not None
    assert kept.rows[0]["made_kg"] == "1200.5", "an edition never changes"
    assert [entry.action for entry in entries] == ["collection_frozen", "collection_made"]


async def test_forecasts_and_actual_quantities_are_compared(counter: Counter) -> None:
    counter.at(date(2027, 3, 2))
    await file(counter)
    await file(
        counter,
        "forecast",
        kind="additional",
        year=2026,
        site_code="JPN014",
        facilities=[
            {"row": "r1", "plant_code": "P1", "kg": 600, "exported_kg": 0, "capacity_t": 1}
        ],
    )
    edition = await freeze(counter, "against_forecast", "矛盾を確認中")
    assert edition.missing["contradictions"] == 1
    rows = list(csv.reader(io.StringIO(content(counter, edition).decode("utf-8-sig"))))
    assert rows[2:] == [
        ["site_code", "substance", "planned_kg", "actual_kg"],
        ["JPN014", "2B13", "600", "1200.5"],
    ]


async def test_two_officials_at_once_make_one_edition(counter: Counter) -> None:
    counter.at(date(2027, 2, 1))
    await file(counter)
    made = await asyncio.gather(freeze(counter), freeze(counter), return_exceptions=True)
    ids = {item.id for item in made if isinstance(item, CollectionEdition)}
    refused = {item.code for item in made if isinstance(item, DomainError)}
    assert len(ids) == 1
    assert refused <= {"collection-changed"}
    async with counter.database.reading() as session:
        assert len(list(await session.scalars(select(CollectionEdition)))) == 1


async def test_a_file_that_is_not_valid_is_handed_to_nobody(counter: Counter) -> None:
    counter.at(date(2027, 2, 1))
    files = dict(package("actual").files)
    files["exports/declaration.xml"] = files["exports/declaration.xml"].replace(
        "<ProducedKg>", "<ProducedKg>-"
    )
    broken = load(files, "v9").package
    assert broken is not None
    there = broken.spec.tests[0].model_copy(update={"given": "ok.yaml"})
    entered = {**plain(given_by(broken, there)), "year": 2026}
    entered["applicant"]["number"] = CORPORATE_NUMBER
    case = await counter.file_as(broken, entered)
    await counter.act("examiner", case, "forward")
    await counter.act("ministry", case, "confirm")
    ministry, collection = counter.people["ministry"], broken.collections["past_activities"]
    async with counter.database.session() as session:
        found = await gather(session, collection, "2026", counter.now.date())
        made = await service.freeze(
            session, ministry, broken, collection, "2026", found.content_hash, "", counter.clock
        )
        await session.commit()
    await work(counter)
    async with counter.database.session() as session:
        edition = await service.edition_for(session, ministry, made.id)
        assert edition.state == "failed"
        assert "ProducedKg" in (edition.problem or [""])[0]
        with pytest.raises(DomainError) as refused:
            await service.open_file(session, counter.blobs, ministry, made.id, counter.clock)
        assert refused.value.status == 409


async def test_nobody_else_sees_a_collection_and_pages_tell_all(
    counter: Counter, tmp_path: Path
) -> None:
    counter.at(date(2027, 2, 1))
    await file(counter, site_name="<script>alert(1)</script>")
    app = app_of(counter, tmp_path)
    for who in ("approver", "elsewhere", "applicant"):
        async with signed_in(app, counter, who) as client:
            for path in (URL, "/api/v1" + URL):
                assert (await client.get(path)).status_code in (403, 404), who
            posted = await client.post("/api/v1" + URL, json={"seen": "x"})
            assert posted.status_code in (403, 404), who
    async with signed_in(app, counter, "ministry") as client:
        listed = (await client.get("/api/v1/desk/collections")).json()
        assert {"designated-substance-actual/past_activities": {"2026": 1}}.items() <= {
            c["id"]: c["periods"] for c in listed
        }.items()
        assert "化学兵器禁止条約の申告" in (await client.get("/desk/collections")).text
        page = await client.get(URL)
        assert page.status_code == 200
        assert "1,200.5" in page.text
        for odd in ("2026-13", "99999", "..%2F..", "2026'--"):
            assert (await client.get(URL.replace("2026", odd))).status_code == 404
        stale = await client.post("/api/v1" + URL, json={"seen": "sha256:0"})
        assert stale.status_code == 409
        assert (await client.post(URL, data={"seen": "sha256:0"})).status_code == 409
        seen = (await client.get("/api/v1" + URL)).json()
        made = await client.post("/api/v1" + URL, json={"seen": seen["content_hash"]})
        assert made.status_code == 202, made.text
        await work(counter)
        edition = f"/desk/collections/editions/{made.json()['id']}"
        shown = await client.get(edition)
        assert "ファイルを受け取る" in shown.text
        taken = await client.get(edition + "/file")
        assert taken.headers["content-type"].startswith("application/xml")
        assert b"&lt;script&gt;" in taken.content
        assert "ministry" not in (await client.get(edition)).text
        assert counter.people["ministry"].name in (await client.get(edition)).text
        found = (
            await client.get("/api/v1" + made.headers["location"].removeprefix("/api/v1"))
        ).json()
        assert found["sha256"]
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"collection:{made.json()['id']}")
    assert entries[-1].action == "collection_exported"
    assert entries[-1].payload["sha256"] == found["sha256"]
    other = replace(counter.people["ministry"], grants=frozenset({("bureau-kanto", "approver")}))
    assert not service.may_collect(other, package("actual").collections["past_activities"])
