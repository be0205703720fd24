"""The verdict: relevance, calculation, requirement, limits, checks — and hostile answers."""

from datetime import date
from decimal import Decimal

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.procedures.evaluate import evaluate, evaluate_form
from madoguchi.procedures.evaluation import FileRef
from madoguchi.procedures.json_schema import json_schema
from madoguchi.procedures.package.load import load_or_raise
from tests.procedures.packages import environment, loaded, package

GAS = package(
    """
data:
  gas: {type: choice, label: {ja: ガス, en: Gas}, options: {helium: {ja: ヘリウム, en: Helium}, propane: {ja: プロパン, en: Propane}}, required: true}
  grade: {type: text, label: {ja: 等級, en: Grade}, relevant: 'gas = "helium"', required: true}
  capacity: {type: decimal, label: {ja: 能力, en: Capacity}, unit: m3/day, min: 0, decimals: 2, required: true}
  equipment:
    type: table
    label: {ja: 設備, en: Equipment}
    item: {ja: 設備, en: Equipment}
    required: true
    max: 3
    columns:
      name: {type: text, label: {ja: 名称, en: Name}, required: true}
      volume: {type: decimal, label: {ja: 容積, en: Volume}, unit: L}
      double: {type: decimal, label: {ja: 倍, en: Double}, calculate: volume * 2}
  total: {type: decimal, label: {ja: 計, en: Total}, calculate: sum(equipment.volume)}
  start: {type: date, label: {ja: 開始日, en: Start}, min: today}
  site: {type: address, label: {ja: 所在地, en: Site}}
  fee_note: {type: note, text: {ja: 注意, en: Note}, relevant: permit}
decisions:
  permit:
    hit: first
    inputs: {gas: gas, capacity: capacity}
    outputs: [permit]
    rules: [['"helium"', '>= 300', 'true'], ['-', '>= 100', 'true'], ['-', '-', 'false']]
checks:
  - {id: late, on: start, must: 'start >= filed_on + duration("P20D")', when: not(permit), message: {ja: 20日前まで, en: 20 days}}
  - {id: big, on: equipment.volume, must: volume <= capacity * 10, severity: warning, message: {ja: 大きい, en: Big}}
attachments:
  plan: {label: {ja: 計画書, en: Plan}, required: permit}
  certificate: {label: {ja: 証明書, en: Certificate}, required: true, omit_when: known("registration"), omit_reason: {ja: 確認済み, en: Known}}
fees:
  - {id: fee, label: {ja: 手数料, en: Fee}, amount: 'if capacity > 1000 then 30000 else 10000', when: permit}
"""
)
OK = {
    "gas": "propane",
    "capacity": "１，２００．５",
    "equipment": [
        {"row": "a", "name": "圧縮機", "volume": "10"},
        {"row": "b", "name": "槽", "volume": 5},
    ],
    "start": "令和8年6月1日",
}
PDF = FileRef("0" * 64, "plan.pdf", 10, "application/pdf")
FILES = {"plan": [PDF], "certificate": [PDF]}


def verdict(changes: dict[str, object] | None = None, files: object = FILES, **env: object):
    return evaluate(GAS, {**OK, **(changes or {})}, files, environment(**env))


def places(found: object) -> set[tuple[str, str]]:
    return {(fault.pointer, fault.code) for fault in found.errors}


def test_what_was_typed_becomes_values_and_canonical_data() -> None:
    found = verdict()
    assert found.valid, found.errors
    assert found.values["capacity"] == Decimal("1200.5")
    assert found.values["start"] == date(2026, 6, 1)
    assert found.values["total"] == 15
    assert found.data["capacity"] == "1200.5"
    assert found.data["start"] == "2026-06-01"
    assert found.data["equipment"][0] == {
        "row": "a",
        "name": "圧縮機",
        "volume": "10",
        "double": "20",
    }
    assert found.decisions["permit"] is True
    assert [(fee.id, fee.amount) for fee in found.fees] == [("fee", 30000)]
    assert found.authority == "meti"


def test_hidden_means_absent() -> None:
    hidden = verdict({"grade": "A"})
    assert "grade" not in hidden.data
    assert "/grade" not in hidden.relevant
    assert places(verdict({"gas": "helium"})) == {("/grade", "missing")}
    assert verdict({"gas": "helium", "grade": "A"}).data["grade"] == "A"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gas": None}, {("/gas", "missing-choice")}),
        ({"gas": "argon"}, {("/gas", "not-option")}),
        ({"capacity": "-1"}, {("/capacity", "below-minimum")}),
        ({"capacity": "1.234"}, {("/capacity", "decimals")}),
        ({"capacity": True}, {("/capacity", "not-number")}),
        ({"capacity": [1]}, {("/capacity", "not-number")}),
        ({"equipment": []}, {("/equipment", "missing-rows")}),
        ({"equipment": "x"}, {("/equipment", "wrong-type")}),
        (
            {"equipment": [{"row": "a", "name": "x"}, {"row": "a", "name": "y"}]},
            {("/equipment", "duplicate-row")},
        ),
        ({"equipment": [{"row": "a", "volume": "1"}]}, {("/equipment/a/name", "missing")}),
        (
            {"equipment": [{"row": str(i), "name": "x"} for i in range(4)]},
            {("/equipment", "too-many-rows")},
        ),
        ({"start": "2026-04-30"}, {("/start", "too-early")}),
        ({"start": {"year": "2026", "month": "6", "day": "1"}}, set()),
        (
            {"site": {"prefecture": "神奈川県"}},
            {("/site/city", "missing"), ("/site/street", "missing")},
        ),
        (
            {"site": {"prefecture": "江戸", "city": "x", "street": "y"}},
            {("/site/prefecture", "not-option")},
        ),
        ({"nonsense": 1}, {("/nonsense", "unknown-field")}),
    ],
)
def test_each_bad_answer_is_told_at_its_own_place(
    changes: dict[str, object], expected: set[object]
) -> None:
    assert places(verdict(changes)) == expected


def test_a_check_applies_only_when_its_condition_holds() -> None:
    small = {"capacity": "50", "start": "2026-05-10"}
    assert places(verdict(small)) == {("/start", "late")}
    assert places(verdict({**small, "capacity": "200"})) == set()


def test_a_row_check_points_at_the_cell_and_warns() -> None:
    found = verdict({"capacity": "100", "equipment": [{"row": "z", "name": "x", "volume": "1001"}]})
    assert [(fault.pointer, fault.code) for fault in found.warnings] == [
        ("/equipment/z/volume", "big")
    ]
    assert found.valid


def test_attachments_required_omitted_and_unknown() -> None:
    assert places(verdict(files={})) == {
        ("/attachments/plan", "missing-file"),
        ("/attachments/certificate", "missing-file"),
    }
    known = verdict(files={"plan": [PDF]}, facts={"registration": {"number": "1"}})
    assert known.valid
    assert known.attachments["certificate"].state == "omitted"
    assert places(verdict(files={**FILES, "virus": [PDF]})) == {
        ("/attachments/virus", "unknown-attachment")
    }


def test_filed_data_fits_the_generated_schema() -> None:
    schema = json_schema(GAS)
    jsonschema_rs.validator_for(schema).validate(verdict().data)


def test_a_filing_nobody_can_receive_is_not_valid() -> None:
    routed = loaded(
        "data:\n  place: {type: text, label: {ja: 場所, en: Place}}\n",
    ).package
    assert routed is not None
    text = routed.files["procedure.yaml"].replace(
        "authority: {agency: meti}", """authority: {rule: 'office("prefecture", place)'}"""
    )
    package_ = load_or_raise({"procedure.yaml": text}, "v1")
    offices = environment(office=lambda kind, place: "pref-14" if place == "神奈川県" else None)
    assert evaluate(package_, {"place": "神奈川県"}, {}, offices).authority == "pref-14"
    nowhere = evaluate(package_, {"place": "月"}, {}, offices)
    assert places(nowhere) == {("", "no-authority")}


def test_the_form_of_an_action_is_judged_too() -> None:
    form = GAS.machine.actions["propose_refusal"].form
    values, data, faults = evaluate_form(form, {}, {}, environment())
    assert [(fault.pointer, fault.code) for fault in faults] == [("/form/reasons", "missing")]
    values, data, faults = evaluate_form(
        form, {"reasons": "書類が足りないため、要件を確かめられません。"}, {}, environment()
    )
    assert not faults
    assert data == values
    _, _, faults = evaluate_form(form, {"reasons": "短い", "x": 1}, {}, environment())
    assert {fault.code for fault in faults} == {"too-short", "unknown-field"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.decimals(allow_nan=True),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*GAS.fields, "x"]), JSON))
def test_nothing_anyone_sends_raises_and_what_is_valid_fits_the_schema(
    entered: dict[str, object],
) -> None:
    found = evaluate(GAS, entered, FILES, environment())
    for fault in found.faults:
        assert fault.message["ja"]
        assert fault.message["en"]
    if found.valid:
        jsonschema_rs.validator_for(json_schema(GAS)).validate(found.data)


@settings(max_examples=100, deadline=None)
@given(st.permutations(list(OK.items())))
def test_the_order_of_answers_makes_no_difference(items: list[tuple[str, object]]) -> None:
    assert evaluate(GAS, dict(items), FILES, environment()).data == verdict().data
