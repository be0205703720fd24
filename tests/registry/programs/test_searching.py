"""Search by every interface: gBizINFO's parameters, our own, by name, reconciliation; both databases."""

import json
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.indexed import index
from tests.registry.programs.reconciliation import (
    EXTENSION,
    MANIFEST,
    PROPOSED,
    RESULTS,
    SUGGESTED,
    check,
)
from tests.registry.programs.site import (
    ACTIVITIES,
    DETAILS,
    KEY,
    add_activities,
    add_corporations,
    add_details,
    add_key,
    client,
    gbizinfo,
    make_app,
)
from tests.registry.programs.test_gbizinfo import official, schema_of

V2, V1, API = "/hojin/v2/hojin", "/hojin/v1/hojin", "/api/v1/corporations"
RECONCILE = "/api/v1/reconcile"

CORPORATIONS = (
    incoming(1, name="株式会社みなと化学", kana="ミナトカガク", sequence=1),
    incoming(2, name="みなと商事株式会社", sequence=2, closed="2026-05-01", cause="01", process="21", assigned="2020-01-06"),
    incoming(3, name="みなと除外株式会社", sequence=3, hidden="1"),
    incoming(4, name="株式会社みなと取消", sequence=4, process="99"),
    incoming(5, name="合同会社みなと運輸", kind="305", sequence=5, prefecture="大阪府", prefecture_code="27", city="大阪市北区", city_code="127"),
    incoming(6, name="大みなと市", kind="201", sequence=6),
    incoming(7, name="株式会社みなと化学", sequence=7, prefecture="大阪府", prefecture_code="27", city="堺市堺区", city_code="141", street="南瓦町３番１号"),
)  # fmt: skip


async def filled(database: Database, tmp_path: Any) -> Any:
    await add_corporations(database, *CORPORATIONS)
    await add_activities(database, ACTIVITIES)
    await add_activities(
        database,
        [{"number": number(5), "kind": "subsidy", "key": "five", "amount": 100, "title": "運輸補助金", "data": {"title": "運輸補助金"}, "ministry": "18"}],
    )  # fmt: skip
    await add_details(database, DETAILS)
    await add_key(database)
    await index(database, tmp_path)
    return make_app(database)


def serials(found: list[str]) -> list[int]:
    return [next(serial for serial in range(1, 9) if number(serial) == one) for one in found]


QUESTIONS: list[tuple[dict[str, str], Any]] = [
    ({"name": "みなと"}, [1, 2, 5, 6, 7]),
    ({"name": "みなと", "corporate_type": "305,201"}, [5, 6]),
    ({"name": "みなと", "prefecture": "27"}, [5, 7]),
    ({"name": "みなと", "prefecture": "27", "city": "141"}, [7]),
    ({"corporate_number": number(2)}, [2]),
    ({"corporate_number": number(3)}, []),
    ({"corporate_number": number(4)}, []),
    ({"corporate_number": number(2), "prefecture": "27"}, []),
    ({"exist_flg": "true"}, [1, 5]),
    ({"exist_flg": "false", "name": "みなと"}, [2, 6, 7]),
    ({"source": "4"}, [1, 5]),
    ({"source": "1,5", "name": "みなと"}, [1]),
    ({"ministry": "18"}, [5]),
    ({"ministry": "17,18", "prefecture": "27"}, [5]),
    ({"subsidy": "補助金"}, [1, 5]),
    ({"subsidy": "運輸"}, [5]),
    ({"subsidy_amount_from": "1000"}, [1]),
    ({"subsidy_amount_to": "1000"}, [5]),
    ({"procurement": "清掃", "procurement_amount_from": "1200000", "procurement_amount_to": "1200000"}, [1]),
    ({"patent": "洗浄"}, [1]),
    ({"certification": "えるぼし"}, [1]),
    ({"certification": "大臣表彰"}, [1]),
    ({"certification": "無い名前"}, []),
    ({"capital_stock_from": "30000000"}, [1]),
    ({"capital_stock_from": "30000001"}, []),
    ({"founded_year": "1953,1954"}, [1]),
    ({"name": "みなと", "limit": "2", "page": "1"}, 2),
    ({"name": "みなと", "limit": "2", "page": "3"}, 1),
    ({"name": "みなと", "limit": "0"}, []),
    ({"name": "無い会社"}, []),
]  # fmt: skip


async def test_what_gbizinfo_may_be_asked(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    for query, expected in QUESTIONS:
        async with gbizinfo(app) as asking:
            answer = await asking.get(f"{V2}?{urlencode(query)}")
        assert answer.status_code == 200, answer.text
        found = serials([info["corporate_number"] for info in answer.json()["hojin-infos"]])
        if isinstance(expected, int):
            assert len(found) == expected, query
        else:
            assert sorted(found) == expected, query


QUESTIONS_1: list[tuple[dict[str, str], list[int]]] = [
    ({"business_item": "304,402"}, [1]),
    ({"business_item": "302"}, []),
    ({"sales_area": "1,3"}, []),
    ({"unified_qualification": "B"}, [1]),
    ({"unified_qualification": "C"}, []),
    ({"unified_qualification_sub01": "A"}, [1]),
    ({"unified_qualification_sub02": "A,B,C,D"}, []),
    ({"unified_qualification_sub03": "B"}, [1]),
    ({"unified_qualification_sub04": "A,D"}, [1]),
    ({"unified_qualification_sub04": "B"}, []),
    ({"unified_qualification_sub01": "A", "unified_qualification_sub03": "C"}, []),
    ({"year": "2017"}, []),
    ({"year": "2025"}, [1, 5]),
    ({"year": "2024,2025", "source": "1", "name": "みなと"}, [1]),
    ({"year": "2025", "ministry": "18"}, [5]),
    ({"year": "999999999999"}, []),
]  # fmt: skip


async def test_what_only_version_1_may_be_asked(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    await add_details(database, {"qualification_grade": "A,,B,D"})
    async with gbizinfo(app) as asking:
        for query, expected in QUESTIONS_1:
            answer = await asking.get(f"{V1}?{urlencode(query)}")
            assert answer.status_code == 200, answer.text
            found = serials([info["corporate_number"] for info in answer.json()["hojin-infos"]])
            assert sorted(found) == expected, query


async def test_what_a_found_corporation_tells(
    database: Database, tmp_path: Any, shared_data: Any
) -> None:
    app = await filled(database, tmp_path)
    async with gbizinfo(app) as asking:
        body = (await asking.get(f"{V2}?name=みなと&metadata_flg=true")).json()
        older = (await asking.get(f"{V1}?name=みなと")).json()
    info = next(info for info in body["hojin-infos"] if info["corporate_number"] == number(1))
    assert (info["number_of_activity"], info["status"]) == ("8", "-")
    for version, shown in ((2, body), (1, older)):
        described, _ = official(shared_data, version)
        schema = schema_of(described, f"/v{version}/hojin")
        assert jsonschema_rs.validator_for(schema).is_valid(shown)


async def test_every_official_parameter_is_known(
    database: Database, tmp_path: Any, shared_data: Any
) -> None:
    """Each is read: a value that cannot be right is refused under its name."""
    app = await filled(database, tmp_path)
    free = {"name", "patent", "procurement", "subsidy", "certification", "name_major_shareholders"}
    for version in (1, 2):
        described, _ = official(shared_data, version)
        parameters = [
            one["name"]
            for one in described["paths"][f"/v{version}/hojin"]["get"]["parameters"]
            if one["in"] == "query"
        ]
        assert len(parameters) > 30
        async with gbizinfo(app) as asking:
            for name in parameters:
                wrong = "長" * 300 if name in free else "\u30a2"
                answer = await asking.get(f"/hojin/v{version}/hojin", params={name: wrong})
                assert answer.status_code == 400, (version, name, answer.text)
                assert name in [fault["item"] for fault in answer.json()["errors"]], name


WRONG: list[tuple[str, str]] = [
    ("page=11", "page"),
    ("page=0", "page"),
    ("limit=5001", "limit"),
    ("limit=-1", "limit"),
    ("limit=" + "9" * 200, "limit"),
    ("city=101", "city"),
    ("prefecture=１３", "prefecture"),
    ("exist_flg=1", "exist_flg"),
    ("corporate_type=301,999", "corporate_type"),
    ("source=7", "source"),
    ("ministry=999", "ministry"),
    ("capital_stock_from=1.5", "capital_stock_from"),
    ("capital_stock_from=5&capital_stock_to=4", "capital_stock_from"),
    ("average_age=E", "average_age"),
    ("founded_year=x", "founded_year"),
    ("name=a&name=b", "name"),
    ("corporate_number=1234567890123", "corporate_number"),
]  # fmt: skip


async def test_what_cannot_be_asked_is_said(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    for query, item in WRONG:
        async with gbizinfo(app) as asking:
            answer = await asking.get(f"{V2}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["item"]) == (400, item), query


async def test_our_own_search_says_why_and_how_many(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    async with client(app) as asking:
        found = (await asking.get(f"{API}?q=みなと化学&facets=true")).json()
        path, seen = f"{API}?q=みなと&limit=2", []
        for _ in range(5):
            answer = await asking.get(path)
            seen += [item["corporate_number"] for item in answer.json()["items"]]
            if not answer.json()["next"]:
                break
            path = answer.headers["link"].split(">")[0].removeprefix("<")
        wrong = [
            (await asking.get(f"{API}?{query}")).status_code
            for query in (
                "kind=9",
                "status=x",
                "city=1",
                "limit=101",
                "cursor=abc",
                "nonsense=1",
                "q=" + "長" * 201,
            )
        ]
    assert found["total"] == 2
    assert {item["match"]["code"] for item in found["items"]} <= {"exact", "core"}
    assert found["items"][0]["match"]["ja"]
    assert {facet["code"]: facet["count"] for facet in found["facets"]["kind"]} == {"301": 2}
    assert sorted(serials(seen)) == [1, 2, 5, 6, 7]
    assert wrong == [422] * 7


NAMES: list[tuple[str, list[int]]] = [
    ("name=みなと&mode=2", [1, 2, 5, 6, 7]),
    ("name=みなと&mode=1", [1, 2, 5, 7]),
    ("name=みなと&mode=2&close=0", [1, 5, 6, 7]),
    ("name=みなと&mode=2&kind=03", [1, 2, 5, 7]),
    ("name=みなと&mode=2&kind=02", [6]),
    ("name=みなと&mode=2&address=27", [5, 7]),
    ("name=ミナト化学&mode=2&target=2", []),
    ("name=みなと化学&mode=2&target=2", [1, 7]),
    ("name=みなと化学&target=2", []),
    ("name=みなと&mode=2&from=2020-01-01&to=2020-12-31", [2]),
    ("name=無い会社", []),
]  # fmt: skip


async def test_the_agencys_search_by_name(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    for query, expected in NAMES:
        async with client(app) as asking:
            answer = await asking.get(f"/4/name?id={KEY}&type=02&{query}")
            missing = await asking.get(f"/4/name?id={KEY}&type=02")
        head, *rows = answer.text.strip().split("\r\n")
        assert serials([row.split(",")[1] for row in rows]) == [
            serial for _, serial in sorted((number(serial), serial) for serial in expected)
        ]
        assert head.split(",")[1] == str(len(expected)), query
        assert missing.text.startswith("100,")


async def test_openrefine_finds_candidates(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    queries = {
        "q0": {"query": "株式会社みなと化学"},
        "q1": {"query": "みなと化学", "properties": [{"pid": "address", "v": "大阪府堺市堺区南瓦町３番１号"}]},
        "q2": {"query": number(5), "limit": 1},
        "q3": {"query": "(株)みなと化学", "properties": [{"pid": "address", "v": "東京都千代田区霞が関1-3-1"}]},
        "q4": {"query": "無い会社"},
    }  # fmt: skip
    async with client(app) as asking:
        manifest = (await asking.get(RECONCILE)).json()
        posted = (await asking.post(RECONCILE, data={"queries": json.dumps(queries)})).json()
        got = (await asking.get(RECONCILE, params={"queries": json.dumps(queries)})).json()
        single = (await asking.get(RECONCILE, params={"query": "みなと運輸"})).json()
        suggested = (await asking.get(f"{RECONCILE}/suggest/entity?prefix=みなと")).json()
        shown = await asking.get(manifest["preview"]["url"].replace("{{id}}", number(1)))
        hidden = await asking.get(manifest["preview"]["url"].replace("{{id}}", number(3)))
        properties = (await asking.get(f"{RECONCILE}/suggest/property?prefix=address")).json()
        types = (await asking.get(f"{RECONCILE}/suggest/type?prefix=")).json()
    assert manifest["versions"] == ["0.2"]
    assert posted == got
    for schema, told in ((MANIFEST, manifest), (RESULTS, posted), (SUGGESTED, suggested)):
        check(schema, told)
    check(SUGGESTED, properties)
    check(SUGGESTED, types)
    # Two of the same name: neither is the one.
    assert [one["match"] for one in posted["q0"]["result"]][:2] == [False, False]
    assert [(one["id"], one["match"]) for one in posted["q2"]["result"]] == [(number(5), True)]
    assert posted["q1"]["result"][0]["id"] == number(7)
    assert posted["q4"]["result"] == []
    assert single["result"][0]["id"] == number(5)
    assert len(suggested["result"]) == 5
    assert "frame-ancestors *" in shown.headers["content-security-policy"]
    assert "株式会社みなと化学" in shown.text
    assert hidden.status_code == 404
    assert [one["id"] for one in properties["result"]] == ["address"]
    # The likeliest first, and linked only by what agrees beside the name.
    assert [(one["id"], one["match"]) for one in posted["q3"]["result"]][:2] == [
        (number(1), True),
        (number(7), False),
    ]
    assert "番地まで一致" in posted["q3"]["result"][0]["description"]
    assert posted["q1"]["result"][0]["match"]
    scores = [one["score"] for one in posted["q3"]["result"]]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] < 100


async def test_openrefine_adds_columns(database: Database, tmp_path: Any) -> None:
    """As OpenRefine does: the manifest, what it proposes, then rows for matched cells."""
    app = await filled(database, tmp_path)
    unknown = number(8)
    async with client(app) as asking:
        place = (await asking.get(RECONCILE)).json()["extend"]["propose_properties"]
        proposed = (
            await asking.get(
                place["service_url"] + place["service_path"], params={"type": "corporation"}
            )
        ).json()
        ids = [one["id"] for one in proposed["properties"]]
        wanted = {
            "ids": [number(1), number(2), number(4), unknown],
            "properties": [{"id": id} for id in ids],
        }
        answer = (await asking.post(RECONCILE, data={"extend": json.dumps(wanted)})).json()
        faults = [
            await asking.post(RECONCILE, data={"extend": json.dumps(sent)})
            for sent in (
                [], {}, {"ids": "1", "properties": []}, {"ids": [1], "properties": []},
                {"ids": ["x\u0000"], "properties": []}, {"ids": [], "properties": [{"id": "secret"}]},
                {"ids": [], "properties": [{"id": []}]}, {"ids": ["1"] * 1_001, "properties": []},
            )
        ]  # fmt: skip
    assert {"name", "kana", "address", "status", "closed_on"} <= set(ids)
    assert [one["id"] for one in answer["meta"]] == ids
    rows = answer["rows"]
    assert all(set(row) == set(ids) for row in rows.values())
    assert rows[number(1)]["kana"] == [{"str": "ミナトカガク"}]
    assert rows[number(2)]["closed_on"] == [{"date": "2026-05-01T00:00:00Z"}]
    check(PROPOSED, proposed)
    check(EXTENSION, answer)
    assert rows[number(4)] == {id: [] for id in ids} | {"status": [{"str": "withdrawn"}]}
    assert not any(rows[unknown].values())
    assert {fault.status_code for fault in faults} == {422}


SENT: list[tuple[dict[str, str], int]] = [
    ({"queries": "{"}, 422),
    ({"queries": "[" * 100_000}, 422),
    ({"queries": "[]"}, 422),
    ({"queries": '{"q": 1}'}, 422),
    ({"queries": '{"q": {"query": 5}}'}, 422),
    ({"queries": '{"q": {"query": "x", "limit": "a"}}'}, 422),
    ({"queries": '{"q": {"query": "x", "properties": {}}}'}, 422),
    ({"queries": '{"q": {"query": "\\u0000\\ud800", "limit": 1e99}}'}, 422),
    ({"queries": '{"q": {"query": "\\u0000\\ud800"}}'}, 200),
    ({"queries": json.dumps({f"q{place}": {"query": "x"} for place in range(51)})}, 422),
    ({"queries": "x" * 600_000}, 413),
]  # fmt: skip


async def test_nothing_sent_to_reconciliation_breaks_it(database: Database, tmp_path: Any) -> None:
    app = await filled(database, tmp_path)
    for sent, status in SENT:
        async with client(app) as asking:
            answer = await asking.post(RECONCILE, data=sent)
            wrong = await asking.post(
                RECONCILE, content=b"{}", headers={"Content-Type": "application/json"}
            )
        assert answer.status_code == status, sent
        assert wrong.status_code == 415
