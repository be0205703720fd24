"""Whatever is sent to the page for developers, signed in or not: never a 5xx, and shown as text."""

from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from sqlalchemy import delete

from madoguchi.identity.service import NOBODY
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.registry.keys.models import ApiKey
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES, fault_of
from tests.registry.programs.test_developers import actor_of, site

FORM = "application/x-www-form-urlencoded"
PATHS = ("/developers", "/developers/keys", f"/developers/keys/{new_id()}/revoke")


async def forget_keys(database: Database) -> None:
    """Ten are the most."""
    async with database.session() as session:
        await session.execute(delete(ApiKey))
        await session.commit()


async def test_names_of_keys(database: Database) -> None:
    """Each as it is and behind a name that will do; the page shows those that were taken."""
    faults = []
    _, page = site(database, await actor_of(database, company="株式会社みなと化学"))
    async with page:
        for value in VALUES:
            written = quote_from_bytes(value, safe="")[:7_000]
            for body in (f"%2Fname={written}", f"/name=a%00{written}", f"/name=a&name[]={written}"):
                headers = {"Content-Type": FORM}
                answer = await page.post("/developers/keys", content=body, headers=headers)
                if fault := fault_of(answer):
                    faults.append((fault, body[:150]))
            if fault := fault_of(await page.get("/developers/keys")):
                faults.append((fault, f"shown: {written[:150]}"))
            await forget_keys(database)
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_parameters_and_paths(database: Database) -> None:
    faults = []
    _, page = site(database, await actor_of(database))
    async with page:
        for value in VALUES:
            written = quote_from_bytes(value, safe="")
            gone = f"/developers/keys/{written}/revoke"
            answers = [await page.get(f"{path}?lang={written}&x={written}") for path in PATHS]
            answers += [await page.post(gone), await page.get(gone)]
            faults += [(fault, written[:150]) for answer in answers if (fault := fault_of(answer))]
    assert not faults, "\n".join(map(str, faults[:40]))


@pytest.mark.parametrize("signed_in", [True, False])
async def test_headers_methods_and_bodies(database: Database, signed_in: bool) -> None:
    faults = []
    _, page = site(database, await actor_of(database) if signed_in else NOBODY)
    async with page:
        for path, headers in product(PATHS, HEADERS):
            if fault := fault_of(await page.get(path, headers=headers)):
                faults.append((fault, path, str(headers)))
        for path, method, (body, kind) in product(PATHS, METHODS, BODIES):
            headers = {"Content-Type": kind}
            answer = await page.request(method, path, content=body, headers=headers)
            if fault := fault_of(answer):
                faults.append((fault, path, f"{method} {kind}"))
    assert not faults, "\n".join(map(str, faults[:40]))
