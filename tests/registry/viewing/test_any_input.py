"""Whatever is sent to the pages of corporations is answered with a page, and stands in it as text."""

from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from httpx import AsyncClient

from tests.registry.corporations.records import number
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES, fault_of

ONE = f"/corporations/{number(1)}"
PARAMETERS = {
    "/corporations": ("q", "q[]", "prefecture", "city", "kind", "status", "activity", "after", "lang", "content", "x"),
    "/corporations?q=a&prefecture=13": ("city", "kind", "after"),
    "/corporations/compare": ("number", "number[]", "x"),
    ONE: ("on", "zoom", "lang", "content", "x"),
    f"{ONE}/activities/procurement": ("cursor", "x"),
    f"{ONE}/activities.csv": ("x",),
}  # fmt: skip


async def test_parameters_and_paths(visitor: AsyncClient) -> None:
    addresses = [
        f"{path}{'&' if '?' in path else '?'}{name}={quote_from_bytes(value, safe='')}"
        for path, names in PARAMETERS.items()
        for name, value in product(names, VALUES)
    ]
    addresses += [f"{path}?{n}=1&{n}=2&{n}" for path, names in PARAMETERS.items() for n in names]
    for value in VALUES:
        written = quote_from_bytes(value, safe="")
        addresses += [f"/corporations/{written}", f"{ONE}/activities/{written}", f"{ONE}/{written}"]
    faults = []
    for address in addresses:
        answer = await visitor.get(address)
        if fault := fault_of(answer):
            faults.append((fault, address[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(visitor: AsyncClient) -> None:
    faults = []
    for path, headers in product(PARAMETERS, HEADERS):
        answer = await visitor.get(path, headers=headers)
        if fault := fault_of(answer):
            faults.append((fault, path, headers))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_bodies(visitor: AsyncClient, method: str) -> None:
    faults = []
    for path, (body, kind) in product(PARAMETERS, BODIES):
        answer = await visitor.request(method, path, content=body, headers={"Content-Type": kind})
        if fault := fault_of(answer):
            faults.append((fault, kind, path, body[:20]))
    assert not faults, "\n".join(map(str, faults))


async def test_several_at_once(visitor: AsyncClient) -> None:
    """Filters that exclude each other, doubled and too many of them."""
    many = "&".join(f"prefecture={place:02}&kind={300 + place}&status=x" for place in range(200))
    for query in (many, "q=a&" * 500, "number=1&" * 300, "q=" + "%20" * 2_000):
        for path in PARAMETERS:
            assert (await visitor.get(f"{path}?{query}")).status_code < 500, (path, query[:50])
