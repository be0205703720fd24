"""Dumps: every format holds the same, checksums are of the files, the catalogue says what is there."""

import csv
import gzip
import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pyshacl
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
from rdflib import Graph

from madoguchi.kernel.database import Database
from madoguchi.registry import dumps
from madoguchi.registry.dumps import pages, writing
from madoguchi.registry.dumps.edition import KINDS, edition_in_place
from madoguchi.registry.dumps.writing import make_dump
from madoguchi.web.edge import install
from tests.registry.linked.filled import fill
from tests.registry.programs.site import CLOCK
from tests.web.app import TestSettings

SHAPES = Path(__file__).with_name("shapes.ttl")


@asynccontextmanager
async def site(root: Path) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.settings = type(
        "DumpSettings", (TestSettings,), {"dump_folder": root, "__test__": False}
    )()
    app.state.clock = CLOCK
    app.include_router(pages.router)
    install(app, [dumps])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as client:
        yield client


async def test_every_format_holds_the_same(database: Database, tmp_path: Path) -> None:
    await fill(database)
    edition = await make_dump(database, CLOCK, tmp_path)
    assert [one.name for one in edition.files] == [kind.name for kind in KINDS]
    content = {one.name: (edition.folder / one.name).read_bytes() for one in edition.files}
    for one in edition.files:
        assert (one.size, one.sha256) == (
            len(content[one.name]),
            hashlib.sha256(content[one.name]).hexdigest(),
        )
    rows = list(
        csv.DictReader(
            io.StringIO(gzip.decompress(content["corporations.csv.gz"]).decode("utf-8-sig"))
        )
    )
    table = pyarrow.parquet.read_table(edition.folder / "corporations.parquet").to_pylist()
    assert [row["name"] for row in rows] == [row["name"] for row in table]
    assert sorted(row["name"] for row in rows) == sorted(
        ["株式会社みなと化学", "青葉商事株式会社", 'みなと"銀行"\\合同会社', "みなと市"]
    )
    quads = Dataset(parse(gzip.decompress(content["registry.nq.gz"]), RdfFormat.N_QUADS))
    other = Dataset(parse(gzip.decompress(content["registry.jsonld.gz"]), RdfFormat.JSON_LD))
    for one in (quads, other):
        one.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    assert quads == other
    triples = {
        str(triple)
        for triple in parse(gzip.decompress(content["registry.ttl.gz"]), RdfFormat.TURTLE)
    }
    assert len(triples) == len(quads)
    text = gzip.decompress(content["registry.nq.gz"]).decode()
    assert "検索除外" not in text
    assert "秘密" not in text
    assert "/data/shared/" not in text  # gBizINFO's shape: a blank node for each structure


async def test_the_same_content_is_the_same_file(database: Database, tmp_path: Path) -> None:
    await fill(database)
    first = await make_dump(database, CLOCK, tmp_path)
    second = await make_dump(database, CLOCK, tmp_path)
    assert [one.sha256 for one in first.files] == [one.sha256 for one in second.files]
    assert edition_in_place(tmp_path) == second


async def test_a_fault_leaves_the_edition_before(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database)
    first = await make_dump(database, CLOCK, tmp_path)

    def broken(path: Path) -> Any:
        raise OSError("no room")

    monkeypatch.setattr(writing, "_summed", broken)
    with pytest.raises(OSError, match="no room"):
        await make_dump(database, CLOCK, tmp_path)
    assert edition_in_place(tmp_path) == first
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


async def test_served_with_ranges_and_etag(database: Database, tmp_path: Path) -> None:
    await fill(database)
    edition = await make_dump(database, CLOCK, tmp_path)
    one = edition.files[2]
    whole = (edition.folder / one.name).read_bytes()
    address = f"/open-data/files/{one.name}"
    async with site(tmp_path) as client:
        got = await client.get(address, headers={"accept-encoding": "identity"})
        part = await client.get(address, headers={"range": "bytes=10-19"})
        tag = got.headers["etag"]
        rest = await client.get(address, headers={"range": "bytes=10-19", "if-range": tag})
        stale = await client.get(address, headers={"range": "bytes=10-19", "if-range": '"x"'})
        known = await client.get(address, headers={"if-none-match": tag})
        beyond = await client.get(address, headers={"range": f"bytes={len(whole) + 1}-"})
        wrong = [
            (await client.get(f"/open-data/files/{name}")).status_code
            for name in ("manifest.json", "..%2fmanifest.json", "x", "current")
        ]
        page = await client.get("/open-data")
    assert got.content == whole
    assert tag == f'"{one.sha256}"'
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert (rest.status_code, rest.content) == (206, whole[10:20])
    assert (stale.status_code, stale.content) == (200, whole)
    assert (known.status_code, known.content) == (304, b"")
    assert (beyond.status_code, wrong) == (416, [404] * 4)
    assert all(one.sha256 in page.text for one in edition.files)


async def test_the_catalogue_passes_its_shapes(database: Database, tmp_path: Path) -> None:
    await fill(database)
    edition = await make_dump(database, CLOCK, tmp_path)
    async with site(tmp_path) as client:
        turtle = await client.get("/catalog", headers={"accept": "text/turtle"})
        jsonld = await client.get("/catalog", headers={"accept": "application/ld+json"})
        html = await client.get("/catalog", headers={"accept": "text/html"})
        none = await client.get("/catalog", headers={"accept": "image/png"})
    data = Graph().parse(data=turtle.text, format="turtle")
    conforms, _, report = pyshacl.validate(
        data, shacl_graph=str(SHAPES), shacl_graph_format="turtle"
    )
    assert conforms, report
    assert len(Graph().parse(data=jsonld.text, format="json-ld")) == len(data)
    assert (html.status_code, html.headers["location"], none.status_code) == (
        303,
        "/open-data",
        406,
    )
    assert all(one.sha256 in turtle.text for one in edition.files)


async def test_the_shapes_find_what_is_missing(tmp_path: Path) -> None:
    """A catalogue whose file has no checksum must not pass."""
    from datetime import date

    from pyoxigraph import RdfFormat, serialize

    from madoguchi.registry.dumps.catalogue import catalogue
    from madoguchi.registry.dumps.edition import DumpFile, Edition

    edition = Edition(tmp_path, date(2026, 1, 1), 1, (DumpFile("registry.nq.gz", 5, "ab" * 32),))
    for left_out in ("checksum", "checksumValue", "license", "downloadURL", "publisher"):
        triples = [
            t
            for t in catalogue("http://testserver", edition)
            if not t.predicate.value.endswith(left_out)
        ]
        data = Graph().parse(data=serialize(triples, format=RdfFormat.TURTLE), format="turtle")
        conforms, _, _ = pyshacl.validate(
            data, shacl_graph=str(SHAPES), shacl_graph_format="turtle"
        )
        assert not conforms, left_out


async def test_before_the_first_edition(tmp_path: Path) -> None:
    async with site(tmp_path) as client:
        page = await client.get("/open-data")
        catalog = await client.get("/catalog", headers={"accept": "text/turtle"})
        file = await client.get("/open-data/files/registry.nq.gz")
    assert (page.status_code, catalog.status_code, file.status_code) == (200, 200, 404)
    assert "dcat:Dataset" in catalog.text
