"""GbizINFO's interface by number and by period, both versions, on both databases."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import number
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

V2, V1 = "/hojin/v2/hojin", "/hojin/v1/hojin"
ONE = number(1)


async def filled(database: Database) -> Any:
    await add_corporations(database)
    await add_activities(database, ACTIVITIES)
    await add_details(database, DETAILS)
    await add_key(database)
    return make_app(database)


async def test_a_full_record_of_version_2(database: Database) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        answer = await asking.get(f"{V2}/{ONE}")
    assert answer.status_code == 200
    (info,) = answer.json()["hojin-infos"]
    assert info["corporate_number"] == ONE
    assert (info["name"], info["kana"], info["kind"], info["process"]) == (
        "株式会社みなと化学", "ミナトカガク", "301", "01",
    )  # fmt: skip
    assert info["location"] == "東京都千代田区霞が関１丁目３番１号"
    assert info["update_date"] == "2026-06-01T00:00:00+09:00"
    assert (info["status"], info["aggregated_year"]) == ("-", "0")
    assert (info["capital_stock"], info["employee_number"]) == (30_000_000, 120)
    assert info["business_items"] == ["301", "304"]
    assert info["procurement"] == [
        {
            "title": "庁舎清掃",
            "amount": 1_200_000,
            "date_of_order": "2026-03-01",
            "government_departments": "経済産業省",
            "note": "随意",
        }
    ]
    assert info["subsidy"][0]["amount"] == "5000000"
    assert "subsidy_resource" not in info["subsidy"][0]
    assert info["patent"][0]["registration_number"] == "7000001"
    assert "application_number" not in info["patent"][0]
    assert info["corporation-info"][0]["insured_number"] == "120"
    assert info["finance"]["major_shareholders"][0]["shareholding_ratio"] == 0.515
    base = info["workplace_info"]["base_infos"]
    assert (base["average_age"], base["average_continuous_service_years_Male"]) == (41.5, 12.25)
    assert "meta-data" not in info
    assert "number_of_activity" not in info


async def test_where_each_field_comes_from(database: Database) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        told = (await asking.get(f"{V2}/{ONE}?metadata_flg=true")).json()["hojin-infos"][0]
        wrong = await asking.get(f"{V2}/{ONE}?metadata_flg=yes")
    assert told["meta-data"]["source"]["name"] == "国税庁法人番号公表サイト"
    assert told["meta-data"]["source"]["capital_stock"].startswith("gBizINFO")
    assert told["meta-data"]["last_update_date"]["capital_stock"] == "2026-01-31"
    assert told["meta-data"]["key_field"] == ONE
    assert told["procurement"][0]["meta-data"]["last_update_date"] == "2026-06-02"
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["item"] == "metadata_flg"


async def test_version_1_is_as_it_was(database: Database) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        (info,) = (await asking.get(f"{V1}/{ONE}?metadata_flg=true")).json()["hojin-infos"]
        gone = await asking.get(f"{V1}/{ONE}/corporation")
    assert (info["kana"], info["number_of_activity"]) == ("みなとかがく", "8")
    assert (
        not {"kind", "process", "aggregated_year", "industry", "corporation-info", "meta-data"}
        & info.keys()
    )
    assert info["patent"][0]["application_number"] == "2017151696"
    assert info["patent"][0]["classifications"] == [
        {"コード値": "42", "コード名": "類", "日本語": "化学"}
    ]
    assert info["procurement"][0]["joint_signatures"] == ["乙社"]
    assert info["subsidy"][0]["subsidy_resource"] == "一般会計"
    assert info["certification"][0]["expiration_date"] == "2030-01-01"
    assert gone.status_code == 404


async def test_a_corporation_of_which_nothing_more_is_known(database: Database) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        (two,) = (await asking.get(f"{V2}/{number(2)}")).json()["hojin-infos"]
        (one,) = (await asking.get(f"{V1}/{number(2)}")).json()["hojin-infos"]
        (hidden,) = (await asking.get(f"{V2}/{number(3)}")).json()["hojin-infos"]
    assert (two["status"], two["close_date"], two["close_cause"]) == ("閉鎖", "2026-05-01", "01")
    assert (two["patent"], two["finance"]) == (
        [],
        {"major_shareholders": [], "management_index": []},
    )
    assert one["finance"] == {
        "accounting_standards": None, "fiscal_year_cover_page": None,
        "major_shareholders": [], "management_index": [],
    }  # fmt: skip
    assert hidden["name"] == "検索除外株式会社"


@pytest.mark.parametrize(
    "kind",
    [
        "certification",
        "commendation",
        "corporation",
        "finance",
        "patent",
        "procurement",
        "subsidy",
        "workplace",
    ],
)
async def test_one_section(database: Database, kind: str) -> None:
    app = await filled(database)
    key = {"corporation": "corporation-info", "workplace": "workplace_info"}.get(kind, kind)
    async with gbizinfo(app) as asking:
        whole = (await asking.get(f"{V2}/{ONE}")).json()["hojin-infos"][0]
        (info,) = (await asking.get(f"{V2}/{ONE}/{kind}")).json()["hojin-infos"]
    assert info == {
        "corporate_number": ONE,
        "name": whole["name"],
        "location": whole["location"],
        key: whole[key],
    }


async def test_what_changed_in_a_period(database: Database) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        all_ = (await asking.get(f"{V2}/updateInfo?from=20260601&to=20260602")).json()
        second = (await asking.get(f"{V2}/updateInfo?from=20260601&to=20260602&page=2")).json()
        none = (await asking.get(f"{V2}/updateInfo?from=20260501&to=20260531")).json()
        subsidies = (await asking.get(f"{V1}/updateInfo/subsidy?from=20260602&to=20260602")).json()
        early = (await asking.get(f"{V2}/updateInfo/subsidy?from=20260501&to=20260601")).json()
    # Neither the withdrawn nor the one that search must not find.
    assert [info["corporate_number"] for info in all_["hojin-infos"]] == sorted([ONE, number(2)])
    assert (all_["totalCount"], all_["totalPage"], all_["pageNumber"]) == ("2", "1", "1")
    assert (second["hojin-infos"], second["pageNumber"]) == ([], "2")
    assert (none["totalCount"], none["totalPage"], none["hojin-infos"]) == ("0", "0", [])
    (info,) = subsidies["hojin-infos"]
    assert info["subsidy"][0]["title"] == "省エネ補助金"
    assert "procurement" not in info
    assert early["hojin-infos"] == []


@pytest.mark.parametrize(
    ("path", "status", "item"),
    [
        ("/123", 400, "corporate_number"),
        ("/1234567890123", 400, "corporate_number"),
        ("/" + "9" * 5000, 400, "corporate_number"),
        ("/%F0%9F%98%80", 400, "corporate_number"),
        ("/7000012050002", 404, "corporate_number"),
        (f"/{number(4)}", 404, "corporate_number"),
        (f"/{ONE}/", 404, ""),
        ("/", 404, ""),
        (f"/{ONE}/nonsense", 404, ""),
        (f"/{ONE}?metadata_flg=true&metadata_flg=true", 400, "metadata_flg"),
        ("/updateInfo", 400, "from"),
        ("/updateInfo?from=20260230&to=20260301", 400, "from"),
        ("/updateInfo?from=2026-02-01&to=20260301", 400, "from"),
        ("/updateInfo?from=２０２６０２０１&to=20260301", 400, "from"),
        ("/updateInfo?from=20260201&to=20260301&page=0", 400, "page"),
        ("/updateInfo?from=20260201&to=20260301&page=" + "9" * 300, 400, "page"),
        ("/updateInfo?from=20260201&to=20260301&page=-1", 400, "page"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered_is_said(
    database: Database, path: str, status: int, item: str
) -> None:
    app = await filled(database)
    async with gbizinfo(app) as asking:
        answer = await asking.get(V2 + path)
    assert answer.status_code == status
    body = answer.json()
    assert body["errors"][0]["item"] == item
    assert body["id"] == f"err-{status}-001"
    assert body["errors"][0]["message"]


async def test_full_width_digits_are_read(database: Database) -> None:
    app = await filled(database)
    wide = ONE.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    async with gbizinfo(app) as asking:
        assert (await asking.get(f"{V2}/{wide}")).json()["hojin-infos"][0][
            "corporate_number"
        ] == ONE


async def test_who_has_no_token_is_not_let_in(database: Database) -> None:
    app = await filled(database)
    async with client(app) as asking:
        for headers in (
            {},
            {"X-hojinInfo-api-token": "wrong"},
            {"X-hojinInfo-api-token": KEY * 99},
        ):
            answer = await asking.get(f"{V2}/{ONE}", headers=headers)
            assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
        posted = await asking.post(f"{V2}/{ONE}", headers={"X-hojinInfo-api-token": KEY})
        head = await asking.head(f"{V2}/{ONE}", headers={"X-hojinInfo-api-token": KEY})
    assert posted.status_code == 404
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("version", [1, 2])
async def test_answers_are_what_the_official_description_says(
    database: Database, shared_data: Path, version: int
) -> None:
    app = await filled(database)
    described, root = official(shared_data, version)
    kinds = [
        "certification",
        "commendation",
        "finance",
        "patent",
        "procurement",
        "subsidy",
        "workplace",
    ]
    kinds += ["corporation"] if version == 2 else []
    flag = "metadata_flg=true" if version == 2 else ""
    period = "from=20260601&to=20260602"
    paths = {"/{corporate_number}": f"/{ONE}?{flag}", "/updateInfo": f"/updateInfo?{period}&{flag}"}
    for kind in kinds:
        paths["/{corporate_number}/" + kind] = f"/{ONE}/{kind}?{flag}"
        paths[f"/updateInfo/{kind}"] = f"/updateInfo/{kind}?{period}&{flag}"
    assert {f"/v{version}/hojin{path}" for path in paths} | {f"/v{version}/hojin"} == described[
        "paths"
    ].keys()
    async with gbizinfo(app) as asking:
        for path, asked in paths.items():
            answer = await asking.get(root + asked)
            assert answer.status_code == 200, (path, answer.text)
            schema = schema_of(described, f"/v{version}/hojin{path}")
            faults = [
                f"{fault.instance_path}: {fault.message}"
                for fault in jsonschema_rs.validator_for(schema).iter_errors(answer.json())
            ]
            assert not faults, (path, faults)


def official(shared_data: Path, version: int) -> tuple[dict[str, Any], str]:
    """The official description; nothing may be in an answer that it does not name."""
    if version == 2:
        path = shared_data / "api" / "gbizinfo_v2_openapi.json"
        described = json.loads(path.read_text("utf-8")) if path.exists() else None
    else:
        path = shared_data / "api" / "gbizinfo_v1_openapi.yaml"
        described = yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
    if described is None:
        pytest.skip(f"{path} is not there")
    for schema in described["components"]["schemas"].values():
        if schema.get("properties"):
            schema["additionalProperties"] = False
        for field in schema.get("properties", {}).values():
            # Its pattern of kana forgets ー, which half of all names hold.
            if field.get("pattern") == "^[ァ-ヶ]*$":
                field["pattern"] = "^[ァ-ヶー・]*$"
            if version == 1 and "type" in field:  # real records of version 1 hold null
                field["type"] = [field["type"], "null"]
    return described, f"/hojin/v{version}/hojin"


def schema_of(described: dict[str, Any], path: str) -> dict[str, Any]:
    responses = described["paths"][path]["get"]["responses"]
    answer = responses.get("200") or responses[200]
    schema = answer["content"]["application/json"]["schema"]
    if path.startswith("/v1/hojin/updateInfo"):
        # The file names the answer of the search here and leaves the right one unused.
        schema = {"$ref": "#/components/schemas/HojinInfoUpdateInfoResponse"}
    return {**schema, "components": described["components"]}
