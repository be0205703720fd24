"""Whatever is sent for gBizINFO's files is answered in its words, never by a 5xx."""

from itertools import product
from urllib.parse import quote_from_bytes

import pytest

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import number
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES, fault_of
from tests.registry.programs.site import add_corporations, client, make_app

FORM = "application/x-www-form-urlencoded"
FORMS = {
    "/hojin/Download": {"downfile": "7", "downtype": "zip", "downenc": "UTF-8"},
    "/hojin/OutputCSV": {"csvdata": "00", "output": "U", "hojinBangoList": number(1)},
}


async def test_fields(database: Database) -> None:
    await add_corporations(database)
    faults = []
    async with client(make_app(database, of_address=10**6)) as program:
        for (path, form), value in product(FORMS.items(), VALUES):
            written = quote_from_bytes(value, safe="")
            for name in (*form, "x", "downfile[]"):
                whole = "&".join(f"{key}={one}" for key, one in form.items() if key != name)
                for body in (f"{whole}&{name}={written}", f"{whole}&{name}=1&{name}={written}"):
                    answer = await program.post(path, content=body, headers={"Content-Type": FORM})
                    if fault := fault_of(answer):
                        faults.append((fault, path, body[:150]))
            answer = await program.get(f"{path}/{written}?{written}")
            if fault := fault_of(answer):
                faults.append((fault, path, written[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(database: Database) -> None:
    await add_corporations(database)
    faults = []
    async with client(make_app(database, of_address=10**6)) as program:
        for (path, form), headers in product(FORMS.items(), HEADERS):
            answer = await program.post(path, data=form, headers=headers)
            if fault := fault_of(answer):
                faults.append((fault, path, headers))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_bodies(database: Database, method: str) -> None:
    faults = []
    async with client(make_app(database, of_address=10**6)) as program:
        for path, (body, kind) in product(FORMS, BODIES):
            headers = {"Content-Type": kind}
            answer = await program.request(method, path, content=body, headers=headers)
            if fault := fault_of(answer):
                faults.append((fault, kind, path, body[:20]))
    assert not faults, "\n".join(map(str, faults))
