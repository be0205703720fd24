"""Reading the survey's words: tables of cases, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.catalogue import rules

FILING = "1 申請等"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("一般旅券の発給の申請", "application"),
        ("第一種製造者の許可　（一般則）", "application"),
        ("許可事項の変更の届出", "notification"),
        ("届出事項の変更の許可申請", "application"),
        ("転出届（第24条の２の適用を受ける転出の申請）", "notification"),
        ("事業報告書の提出", "report"),
        ("認定の申請に係る実績の報告", "report"),
        ("変更届出書の提出", "notification"),
        ("申請書の提出", "application"),
        ("事業計画書の提出", "notification"),
        ("免許証の返納", "notification"),
        ("国税申告手続（所得税申告）", "declaration"),
        ("更正の請求（申告の期限後）", "application"),
        ("特許出願", "application"),
        ("住民票の写しの交付の請求", "application"),
        ("（届出）", "notification"),
        ("手続補足", "application"),
    ],
)
def test_kind_of_a_filing_follows_its_last_telling_word(name: str, kind: str) -> None:
    assert rules.guess_kind(FILING, name) == kind


@pytest.mark.parametrize(
    ("procedure_type", "act"),
    [
        (FILING, None),
        ("2-1 申請等に基づく処分通知等", "disposition"),
        ("2-2 申請等に基づかない処分通知等", "disposition"),
        ("2-3 交付等（民間手続）", "delivery"),
        ("3 縦覧等", "inspection"),
        ("4 作成・保存等", "records"),
        (None, "unknown"),
        ("9 新しい類型", "unknown"),
    ],
)
def test_what_nobody_files_is_an_act(procedure_type: str | None, act: str | None) -> None:
    assert rules.act(procedure_type) == act
    expected = "application" if act is None else "other"
    assert rules.guess_kind(procedure_type, "許可の申請") == expected


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("１月", "1か月"),
        ("1月", "1か月"),
        ("1週", "1週間"),
        ("1日～30日", "1日～30日"),
        ("1週~2ヶ月", "1週間～2か月"),
        ("1～5月", "1～5か月"),
        ("毎年度、翌年度の6月末まで", "毎年度、翌年度の6月末まで"),
        ("2週間程度", "2週間程度"),
        ("-", None),
        ("－", None),
        ("", None),
        (None, None),
        ("不明", "不明"),
    ],
)
def test_periods_are_written_one_way(written: str | None, shown: str | None) -> None:
    assert rules.period(written) == shown


@pytest.mark.parametrize(
    ("written", "ja", "en"),
    [
        ("１月", "1か月", "1 month"),
        ("1週~12月", "1週間～12か月", "1 week to 12 months"),
        ("21日間", "21日間", "21 days"),
        ("2時間程度", "2時間程度", "2 hours or so"),
        ("30 open days", "30開庁日", "30 open days"),
        ("6 months", "6か月", "6 months"),
    ],
)
def test_periods_read_in_both_languages(written: str, ja: str, en: str) -> None:
    assert rules.period_text(written) == {"ja": ja, "en": en}


@pytest.mark.parametrize("written", [None, "", "不明", "-", "open days", "数か月"])
def test_what_is_no_length_gives_no_period(written: str | None) -> None:
    assert rules.period_text(written) is None


@pytest.mark.parametrize(
    ("cell", "code", "label"),
    [
        ("1 国", "1", "国"),
        ("4-3 国又は地方等", "4-3", "国又は地方等"),
        ("国土交通省 運輸局", "国土交通省", "国土交通省 運輸局"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_codes_and_labels(cell: str | None, code: str, label: str) -> None:
    assert rules.code(cell) == code
    assert rules.label(cell) == label


def test_lists_events_and_professions() -> None:
    assert rules.items("定款; 決算書") == ["定款", "決算書"]
    assert rules.items(None) == []
    assert rules.events("引越し; その他イベント(個人)", None) == (["引越し"], [])
    assert rules.professions("士業が介在しない") == []
    assert rules.professions("弁護士; その他") == ["弁護士"]
    assert rules.office_name("国土交通省 運輸局") == "運輸局（国土交通省）"
    assert rules.office_name("警察署") == "警察署"
    assert rules.has_fee("2 手数料等有り") is True
    assert rules.has_fee("1 手数料等無し") is False
    assert rules.has_fee(None) is None
    assert rules.event_name("moving") == "引越し"


@given(st.none() | st.text(), st.text())
def test_any_text_has_a_kind_and_a_period(procedure_type: str | None, name: str) -> None:
    assert rules.guess_kind(procedure_type, name) in rules.KINDS
    assert rules.guess_kind(FILING, name) in rules.FILING_KINDS
    rules.period(name)
    assert "\n" not in rules.one_line(name)
