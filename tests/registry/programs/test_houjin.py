"""The Corporate Number Web-API by number and by period, on both databases."""

import csv
import io
from typing import Any

import pytest
from lxml import etree

from madoguchi.kernel.database import Database
from madoguchi.registry.corporations.files import XML_NAMES, read_file
from madoguchi.registry.corporations.record import Incoming
from madoguchi.registry.houjin import asking
from tests.registry.corporations.records import incoming, number, row
from tests.registry.programs.site import KEY, add_corporations, add_key, client, make_app

ONE = number(1)


async def filled(database: Database, *items: Any) -> Any:
    await add_corporations(database, *items)
    await add_key(database)
    return make_app(database)


def rows_of(content: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


async def test_a_corporation_by_its_number(database: Database) -> None:
    app = await filled(database)
    async with client(app) as asked:
        answer = await asked.get(f"/4/num?id={KEY}&number={ONE}&type=02")
    assert answer.headers["content-type"] == "text/csv; charset=UTF-8"
    head, found = rows_of(answer.content, "utf-8")
    assert head == ["2026-06-01", "1", "1", "1"]
    assert found == row(1, name="株式会社みなと化学", kana="ミナトカガク")
    assert '"株式会社みなと化学",,301,"東京都"' in answer.text


@pytest.mark.parametrize(("type", "encoding"), [("01", "cp932"), ("02", "utf-8")])
async def test_several_numbers_in_either_encoding(
    database: Database, type: str, encoding: str
) -> None:
    app = await filled(database)
    numbers = ",".join(number(serial) for serial in (4, 2, 3, 1, 77))
    async with client(app) as asked:
        answer = await asked.get(f"/4/num?id={KEY}&number={numbers}&type={type}")
    head, *found = rows_of(answer.content, encoding)
    assert head[1:] == ["4", "1", "1"]
    named = {columns[1]: columns for columns in found}
    assert named[number(3)][29] == "1"
    gone = named[number(4)]
    assert (gone[2], gone[4], gone[6], gone[8]) == ("99", "2026-06-01", "", "")
    assert [columns[0] for columns in found] == ["1", "2", "3", "4"]


async def test_xml_holds_the_same(database: Database, tmp_path: Any) -> None:
    app = await filled(database, incoming(1, name="A&B<C>株式会社"))
    async with client(app) as asked:
        answer = await asked.get(f"/4/num?id={KEY}&number={ONE}&type=12")
    found = etree.fromstring(answer.content)
    assert [child.tag for child in found][:5] == [
        "lastUpdateDate",
        "count",
        "divideNumber",
        "divideSize",
        "corporation",
    ]
    assert [child.tag for child in found.find("corporation")] == list(XML_NAMES)
    assert found.findtext("corporation/name") == "A&B<C>株式会社"
    # What we write our own importer reads.
    path = tmp_path / "num.xml"
    path.write_bytes(answer.content)
    assert list(read_file(path)) == [
        Incoming(incoming(1, name="A&B<C>株式会社").record, latest=True)
    ]


async def test_what_shift_jis_has_no_character_for_is_marked(database: Database) -> None:
    app = await filled(database, incoming(1, name='𠮷野"家"株式会社'))
    async with client(app) as asked:
        answer = await asked.get(f"/4/num?id={KEY}&number={ONE}&type=01")
    assert rows_of(answer.content, "cp932")[1][6] == '〓野"家"株式会社'


async def test_history_and_what_is_newest(database: Database) -> None:
    app = await filled(
        database,
        incoming(1, name="株式会社旧", updated="2026-05-01", changed="2026-04-20"),
        incoming(1, name="株式会社新", process="11", updated="2026-06-01", changed="2026-05-20"),
    )
    async with client(app) as asked:
        plain = await asked.get(f"/4/num?id={KEY}&number={ONE}&type=02&history=0")
        every = await asked.get(f"/4/num?id={KEY}&number={ONE}&type=02&history=1")
    assert [(line[6], line[23]) for line in rows_of(plain.content, "utf-8")[1:]] == [
        ("株式会社新", "1")
    ]
    assert [(line[6], line[23]) for line in rows_of(every.content, "utf-8")[1:]] == [
        ("株式会社旧", "0"),
        ("株式会社新", "1"),
    ]


async def test_a_period_is_what_was_published_in_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "DIVISION", 2)
    app = await filled(
        database,
        incoming(1, updated="2026-06-01", sequence=1),
        incoming(2, updated="2026-06-02", sequence=1, prefecture="大阪府", prefecture_code="27", city_code="102"),
        incoming(1, updated="2026-06-02", sequence=2, process="11", name="改名"),
        incoming(3, updated="2026-06-03", sequence=1, kind="201"),
    )  # fmt: skip
    base = f"/4/diff?id={KEY}&type=02&from=2026-06-01&to=2026-06-02"
    async with client(app) as asked:
        first = rows_of((await asked.get(base)).content, "utf-8")
        second = rows_of((await asked.get(f"{base}&divide=2")).content, "utf-8")
        osaka = rows_of((await asked.get(f"{base}&address=27")).content, "utf-8")
        city = rows_of((await asked.get(f"{base}&address=27101")).content, "utf-8")
        bodies = rows_of(
            (await asked.get(f"{base.replace('06-02', '06-03')}&kind=02")).content, "utf-8"
        )
    assert first[0] == ["2026-06-03", "3", "1", "2"]
    assert [(line[0], line[1], line[23]) for line in first[1:]] == [
        ("1", ONE, "0"),
        ("2", number(2), "1"),
    ]
    assert second[0] == ["2026-06-03", "3", "2", "2"]
    assert [(line[6], line[23]) for line in second[1:]] == [("改名", "1")]
    assert [line[1] for line in osaka[1:]] == [number(2)]
    assert city[1:] == []
    assert [line[1] for line in bodies[1:]] == [number(3)]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        (f"num?number={ONE}&type=02", 400, "100"),
        (f"num?id=wrong&number={ONE}&type=02", 403, "010"),
        (f"num?id={KEY}&type=02", 400, "100"),
        (f"num?id={KEY}&number={ONE}", 400, "100"),
        (f"num?id={KEY}&number={ONE}&type=13", 400, "040"),
        (f"num?id={KEY}&number=1234567890123&type=02", 400, "020"),
        (f"num?id={KEY}&number=,&type=02", 400, "020"),
        (f"num?id={KEY}&number={','.join([ONE] * 11)}&type=02", 400, "060"),
        (f"num?id={KEY}&number={ONE}&number={ONE}&type=02", 400, "050"),
        (f"num?id={KEY}&number={ONE}&type=02&history=2", 400, "050"),
        (f"num?id={KEY}&number={'9' * 500}&type=02", 400, "050"),
        (f"diff?id={KEY}&type=02&from=2026-06-31&to=2026-07-01", 400, "030"),
        (f"diff?id={KEY}&type=02&from=20260601&to=2026-07-01", 400, "030"),
        (f"diff?id={KEY}&type=02&from=２０２６-06-01&to=2026-07-01", 400, "030"),
        (f"diff?id={KEY}&type=02&from=2026-06-01&to=2026-05-01", 400, "030"),
        (f"diff?id={KEY}&type=02&from=2026-06-01", 400, "100"),
        (f"diff?id={KEY}&type=02&from=2026-01-01&to=2026-06-01", 400, "070"),
        (f"diff?id={KEY}&type=02&from=2026-06-01&to=2026-06-02&address=999", 400, "050"),
        (f"diff?id={KEY}&type=02&from=2026-06-01&to=2026-06-02&kind=301", 400, "050"),
        (f"diff?id={KEY}&type=02&from=2026-06-01&to=2026-06-02&divide=0", 400, "050"),
        (f"diff?id={KEY}&type=02&from=2026-06-01&to=2026-06-02&divide={'9' * 300}", 400, "050"),
        (f"nothing?id={KEY}", 404, "404"),
        (f"num/?id={KEY}", 404, "404"),
    ],
)  # fmt: skip
async def test_what_is_wrong_has_its_number(
    database: Database, query: str, status: int, code: str
) -> None:
    app = await filled(database)
    async with client(app) as asked:
        answer = await asked.get(f"/4/{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    number, _, message = answer.text.partition(",")
    assert number == code
    assert message


async def test_as_many_as_a_year_of_history(database: Database) -> None:
    """Ten numbers, each with its history, stay one answer."""
    items = [
        incoming(serial, updated=f"2026-0{month}-01", process="12", changed=f"2026-0{month}-01", street=f"{month}番")
        for serial in range(1, 11)
        for month in range(1, 7)
    ]  # fmt: skip
    app = await filled(database, *items)
    numbers = ",".join(number(serial) for serial in range(1, 11))
    async with client(app) as asked:
        answer = await asked.get(f"/4/num?id={KEY}&number={numbers}&type=02&history=1")
    assert len(rows_of(answer.content, "utf-8")) == 1 + 60
