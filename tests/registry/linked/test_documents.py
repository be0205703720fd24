"""The IRIs of the data lead to documents about them; on both databases."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import number
from tests.registry.linked.filled import fill
from tests.registry.linked.site import endpoint

DATA = "http://hojin-info.go.jp/data/"
ACT = f"ext/{number(1)}_2026%20key%7C0"


async def test_from_an_iri_to_a_document(database: Database, tmp_path: Path) -> None:
    await fill(database)
    async with endpoint(database, tmp_path) as client:
        for name in (number(1), f"basic/{number(1)}", ACT, "ext/2026%20key%7C5"):
            led = await client.get(f"/data/{name}", headers={"accept": "text/turtle"})
            assert led.status_code == 303, name
            document = await client.get(led.headers["location"])
            assert document.headers["content-type"].startswith("text/turtle"), name
            subjects = {triple.subject for triple in parse(document.content, RdfFormat.TURTLE)}
            assert NamedNode(DATA + name) in subjects, name
        jsonld = await client.get(f"/data/{number(1)}", headers={"accept": "application/ld+json"})
    assert jsonld.headers["location"] == f"/data/{number(1)}.jsonld"


@pytest.mark.parametrize(
    "name", [number(4), number(99), "1", "ext/", "ext/x", "basic/", "ext/1:2", "あ"]
)
async def test_nothing_is_known(database: Database, tmp_path: Path, name: str) -> None:
    await fill(database)
    async with endpoint(database, tmp_path) as client:
        answer = await client.get(f"/data/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "sparql_unknown")
