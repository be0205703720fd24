"""Whatever is sent to the pages of corporations is answered with a page, and stands in it as text."""

from itertools import product
from urllib.parse import quote_from_bytes

from httpx import AsyncClient

from tests.registry.corporations.records import number
from tests.registry.hostile import VALUES

ONE = f"/corporations/{number(1)}"
PARAMETERS = {
    "/corporations": ("q", "name", "address", "number", "prefecture", "city", "kind", "status", "activity", "cursor", "page", "sort", "x"),
    "/corporations/compare": ("number",),
    ONE: ("zoom", "as_of", "known_on", "page", "x"),
    f"{ONE}/activities/procurement": ("page", "cursor", "year", "x"),
    f"{ONE}/activities.csv": ("kind", "x"),
}  # fmt: skip


async def test_parameters_and_paths(visitor: AsyncClient) -> None:
    addresses = [
        f"{path}?{name}={quote_from_bytes(value, safe='')}"
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
        if answer.status_code >= 500 or "<script>alert" in answer.text:
            faults.append((answer.status_code, address[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_several_at_once(visitor: AsyncClient) -> None:
    """Filters that exclude each other, doubled and too many of them."""
    many = "&".join(f"prefecture={place:02}&kind={300 + place}&status=x" for place in range(200))
    for query in (many, "q=a&" * 500, "number=1&" * 300, "q=" + "%20" * 2_000):
        for path in PARAMETERS:
            assert (await visitor.get(f"{path}?{query}")).status_code < 500, (path, query[:50])
