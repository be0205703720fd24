"""`inspections:` of a package: its faults at their place, scores, sites, answers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.inspection import AnswerError, History, assess, judge_answer, sites
from madoguchi.procedures.package.inspection_spec import ItemSpec
from tests import filings
from tests.procedures.packages import environment, loaded, package

DATA = "data:\n  a: {type: integer, label: {ja: あ, en: A}}\n"
REGISTER = """\
register:
  name: things
  title: {ja: 台帳, en: Things}
  columns: {size: {label: {ja: 大きさ, en: Size}, value: a}}
"""
HEAD = """\
inspections:
  title: {ja: 検査, en: Inspection}
  law: [{act: 試験法, article: 第2条}]
  identity_card: {ja: 証明書を見せる, en: Show your card}
"""
RISK = "  risk: {size: {label: {ja: 大きさ, en: Size}, points: entry.size * 2}}\n"
LIST = """\
  checklist:
    - {id: one, title: {ja: 一, en: One}, items: {i: {text: {ja: 項目, en: Item}}}}
"""
LETTERS = """\
  letters:
    notice: {template: n.html, title: {ja: 通知, en: Notice}}
    result: {template: n.html, title: {ja: 結果, en: Result}}
"""
FILES = {"letters/n.html": "{% extends 'letter.html' %}"}


def told(body: str, **files: str) -> set[str]:
    found = loaded(body, **(files or FILES)).faults
    return {fault.code for fault in found if fault.severity == "error"}


def test_a_sound_block_compiles() -> None:
    block = package(DATA + REGISTER + HEAD + RISK + LIST + LETTERS, **FILES).inspections
    assert block is not None
    score, reasons = assess(block, {"size": 4}, History(), environment())
    assert (score, [r.factor for r in reasons]) == (Decimal(8), ["size"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (DATA + HEAD + RISK + LIST + LETTERS, "inspections-register"),
        (
            DATA + REGISTER + HEAD + RISK.replace("entry.size", "entry.sise") + LIST + LETTERS,
            "rule-unknown-entry",
        ),
        (
            DATA + REGISTER + HEAD + RISK.replace("entry.size * 2", """'"x"'""") + LIST + LETTERS,
            "rule-result-type",
        ),
        (DATA + REGISTER + HEAD + RISK + LIST + LETTERS.replace("result:", "other:"), "letter-missing"),
        (DATA + REGISTER + HEAD + RISK + LIST + LETTERS.replace("n.html", "m.html"), "no-template"),
        (
            DATA + REGISTER + HEAD + RISK + LIST + LIST.split("\n", 1)[1] + LETTERS,
            "section-twice",
        ),
        (
            DATA + REGISTER + HEAD + RISK + LIST + LETTERS
            + "  severities: {s: {label: {ja: 命令, en: Order}, letter: order}}\n",
            "unknown-letter",
        ),
        (
            DATA + REGISTER + HEAD + RISK
            + LIST.replace("{text: {ja: 項目, en: Item}}", "{text: {ja: 項目, en: Item}, max: 3}")
            + LETTERS,
            "value-error",
        ),
    ],
)  # fmt: skip
def test_faults_are_found(body: str, code: str) -> None:
    assert code in told(body)


def test_a_bad_letter_of_an_inspection_is_found() -> None:
    body = DATA + REGISTER + HEAD + RISK + LIST + LETTERS
    assert "template" in told(body, **{"letters/n.html": "{% if %}"})


ITEM = ItemSpec(text={"ja": "量", "en": "Amount"}, answer="number", min=Decimal(1), max=Decimal(5))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-99, max_value=99))
def test_a_number_conforms_exactly_within_its_limits(number: Decimal) -> None:
    kept, verdict = judge_answer(ITEM, f"{number:f}")
    assert Decimal(kept) == number
    assert (verdict == "ok") == (1 <= number <= 5)


@given(st.text(max_size=40))
def test_any_text_is_judged_or_refused_in_words(text: str) -> None:
    for kind in ("conformity", "number", "text"):
        item = ItemSpec(text={"ja": "項目", "en": "Item"}, answer=kind)  # type: ignore[arg-type]
        try:
            verdict = judge_answer(item, text)[1]
        except AnswerError as error:
            verdict = error.message["ja"] and error.message["en"] and "refused"
        assert verdict in ("ok", "ng", "na", "recorded", "refused")


def test_the_package_in_use_knows_its_places_and_survives_strange_entries() -> None:
    block = filings.package("gasoline-seller-registration").inspections
    assert block is not None
    at = environment(today=date(2026, 5, 1))
    entry = {"stations": [{"name": "有明", "address": "東京都"}, {"name": None}, "x"]}
    assert [place.name for place in sites(block, entry, at)] == ["有明"]
    for strange in ({}, {"stations": None}, {"stations": 3}):
        assert sites(block, strange, at) == []
        assert assess(block, strange, History(), at)[0] >= 30
