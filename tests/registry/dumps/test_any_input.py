"""Whatever is sent to the page of downloads, to its files and to the catalogue: never a 5xx."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from madoguchi.registry.dumps.writing import make_dump
from tests.registry.dumps.test_dumps import site
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES, fault_of
from tests.registry.linked.filled import fill
from tests.registry.programs.site import CLOCK

FILES = "/open-data/files/"
PATHS = ("/open-data", "/catalog", f"{FILES}corporations.csv.gz", f"{FILES}registry.ttl.gz")
NAMES = (b"SHA256SUMS", b"../manifest.json", b"corporations.csv.gz/", b"corporations.csv.gz\0")


@pytest.fixture
async def asking(database: Database, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    await fill(database)
    await make_dump(database, CLOCK, tmp_path)
    async with site(tmp_path) as client:
        yield client


async def test_parameters_and_paths(asking: AsyncClient) -> None:
    faults = []
    for value in (*VALUES, *NAMES):
        written = quote_from_bytes(value, safe="")
        named = [f"{path}?{name}={written}" for path in PATHS for name in ("lang", "content", "x")]
        for address in (*named, FILES + written, f"/catalog/{written}"):
            answer = await asking.get(address)
            if fault := fault_of(answer):
                faults.append((fault, address[:150]))
            if address.startswith(FILES) and "?" not in address and answer.status_code == 200:
                faults.append(("a file of no edition", address[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(asking: AsyncClient) -> None:
    faults = []
    for path, headers in product(PATHS, HEADERS):
        answer = await asking.get(path, headers=headers)
        if fault := fault_of(answer):
            faults.append((fault, path, headers))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_bodies(asking: AsyncClient, method: str) -> None:
    faults = []
    for path, (body, kind) in product(PATHS, BODIES):
        answer = await asking.request(method, path, content=body, headers={"Content-Type": kind})
        if fault := fault_of(answer):
            faults.append((fault, kind, path, body[:20]))
    assert not faults, "\n".join(map(str, faults))
