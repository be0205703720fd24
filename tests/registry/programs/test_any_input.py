"""Whatever a program sends to the registry's interfaces is answered in their own words, never by a 5xx."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from madoguchi.registry.rest.operations import OPERATIONS
from tests.registry.corporations.records import number
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES
from tests.registry.programs.site import KEY, add_corporations, add_key, client, make_app

JSON = frozenset({"application/json", "application/problem+json"})
# Parameters of the agencies' interfaces, those a client may leave out and those it may not.
AGENCIES: dict[str, tuple[str, ...]] = {
    "/hojin/v2/hojin": (
        "name", "corporate_number", "exist_flg", "corporate_type", "prefecture", "city", "source",
        "capital_stock_from", "employee_number_to", "founded_year", "page", "limit", "metadata_flg",
        "business_item", "year", "patent", "average_age_from",
    ),
    f"/hojin/v2/hojin/{number(1)}": ("metadata_flg", "type"),
    f"/hojin/v2/hojin/{number(1)}/subsidy": ("metadata_flg",),
    "/hojin/v2/hojin/updateInfo": ("from", "to", "page", "metadata_flg"),
    "/hojin/v2/hojin/updateInfo/finance": ("from", "to", "page"),
    "/hojin/v1/hojin": ("name", "corporate_number", "sales_area", "page", "limit", "ministry"),
    f"/hojin/v1/hojin/{number(1)}": ("metadata_flg",),
    "/hojin/v1/hojin/updateInfo": ("from", "to", "page"),
    "/4/num": ("number", "type", "history", "divide"),
    "/4/name": ("name", "type", "mode", "target", "address", "kind", "change", "close", "from", "to"),
    "/4/diff": ("from", "to", "address", "kind", "type", "divide"),
}  # fmt: skip
ASKED = {"/4/num": f"id={KEY}&number={number(1)}&type=02", "/4/name": f"id={KEY}&name=a&type=12",
         "/4/diff": f"id={KEY}&from=2026-01-01&to=2026-01-02&type=02"}  # fmt: skip
OURS = {one.path.replace("{number}", number(1)): tuple(one.asked) for one in OPERATIONS}


def addresses() -> Iterator[str]:
    """Every parameter of every address with every value; then the values as parts of the path."""
    for path, names in (OURS | AGENCIES).items():
        for name, value in product((*names, "unknown", "name[]"), VALUES):
            written = quote_from_bytes(value, safe="")
            yield f"{path}?{ASKED.get(path, '')}&{name}={written}"
        yield from (f"{path}?{name}=1&{name}=2" for name in names)
    for place, value in product(("/api/v1/corporations/", "/hojin/v2/hojin/", "/4/"), VALUES):
        yield place + quote_from_bytes(value, safe="")


@pytest.fixture
async def asking(database: Database) -> AsyncIterator[AsyncClient]:
    if not database.is_sqlite:
        pytest.skip("what is sent is read before any database sees it; values are bound on both")
    await add_corporations(database)
    await add_key(database)
    app = make_app(database, of_key=10**6, of_address=10**6)
    async with client(app, **{"X-hojinInfo-api-token": KEY, "Accept": "*/*"}) as opened:
        yield opened


async def test_parameters_and_paths(asking: AsyncClient) -> None:
    faults = []
    for address in addresses():
        answer = await asking.get(address)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        own = kind in JSON if not address.startswith("/4/") else kind != "text/html"
        if answer.status_code >= 500 or not (own or "preview" in address):
            faults.append((answer.status_code, kind, address[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(asking: AsyncClient) -> None:
    faults = []
    for path, headers in product((*OURS, *AGENCIES), HEADERS):
        answer = await asking.get(f"{path}?{ASKED.get(path, '')}", headers=headers)
        if answer.status_code >= 500:
            faults.append((answer.status_code, path, headers))
    assert not faults, "\n".join(map(str, faults[:40]))


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_bodies(asking: AsyncClient, method: str) -> None:
    bodies = (
        *BODIES,
        (b"", "application/json"),
        (b'{"queries": {"q0": {"query": 5, "limit": "x", "properties": 3}}}', "application/json"),
        (b"queries=%7B%22a%22%3A%5B%5D%7D", "application/x-www-form-urlencoded"),
        (
            b"extend=%7B%22ids%22%3A1%2C%22properties%22%3A%22%22%7D",
            "application/x-www-form-urlencoded",
        ),
    )
    faults = []
    for path, (body, kind) in product((*OURS, *AGENCIES, "/hojin/Download"), bodies):
        answer = await asking.request(method, path, content=body, headers={"Content-Type": kind})
        if answer.status_code >= 500:
            faults.append((answer.status_code, kind, path))
    assert not faults, "\n".join(map(str, faults[:40]))
