"""What of a row can be true: a table of what was published, what is kept, and which rule it broke."""

from datetime import date
from typing import Any

import pytest

from madoguchi.registry.activities.cleansing import MOST, RULES, cleansed, day_in
from madoguchi.registry.activities.figures import decimal_in, whole_in
from madoguchi.registry.activities.published import Published
from tests.registry.corporations.records import number

TODAY = date(2026, 11, 23)


def row(**fields: Any) -> Published:
    values: dict[str, Any] = {
        "kind": "procurement",
        "number": number(1),
        "key": "k",
        "title": "プリンタ",
        "day": "2026-04-01",
        "amount": "5000",
        "department": "経済産業省",
        "target": "",
        "updated": "",
        "data": {"amount": 5000},
        "details": {},
    }
    return Published(**(values | fields))


@pytest.mark.parametrize(
    ("published", "kept", "rules"),
    [
        ({"amount": "252201600"}, ("amount", 252201600), ()),
        ({"amount": "１，０００円"}, ("amount", 1000), ()),
        ({"amount": "1000.0"}, ("amount", 1000), ()),
        ({"amount": ""}, ("amount", None), ()),
        ({"amount": "90000000167598800"}, ("amount", None), ("amount-impossible",)),
        ({"amount": "49940004996200"}, ("amount", None), ("amount-impossible",)),
        ({"amount": str(MOST - 1)}, ("amount", MOST - 1), ()),
        ({"amount": "9" * 400}, ("amount", None), ("amount-unreadable",)),
        ({"amount": "1e999999"}, ("amount", None), ("amount-unreadable",)),
        ({"amount": "NaN"}, ("amount", None), ("amount-unreadable",)),
        ({"amount": "単価契約"}, ("amount", None), ("amount-unreadable",)),
        ({"amount": "-5"}, ("amount", None), ("amount-negative",)),
        ({"amount": "△500"}, ("amount", None), ("amount-negative",)),
        ({"amount": "12.5"}, ("amount", None), ("amount-fraction",)),
        ({"amount": "0"}, ("amount", None), ("amount-placeholder",)),
        ({"amount": "1"}, ("amount", None), ("amount-placeholder",)),
        ({"amount": "100"}, ("amount", None), ("amount-placeholder",)),
        ({"amount": "101"}, ("amount", 101), ()),
        ({"day": "2019-05-01T00:00:00+09:00"}, ("day", date(2019, 5, 1)), ()),
        ({"day": "令和元年5月1日"}, ("day", date(2019, 5, 1)), ()),
        ({"day": "20190501"}, ("day", date(2019, 5, 1)), ()),
        ({"day": ""}, ("day", None), ()),
        ({"day": "2026-11-24"}, ("day", None), ("day-in-future",)),
        ({"day": "2910-10-07T00:00:00+09:00"}, ("day", None), ("day-in-future",)),
        ({"day": "1868-10-22"}, ("day", None), ("day-before-1868",)),
        ({"day": "2019-02-30"}, ("day", None), ("day-unreadable",)),
        ({"day": "x" * 5000}, ("day", None), ("day-unreadable",)),
        ({"title": "ＣＰＵ　一式"}, ("title", "CPU 一式"), ()),
        ({"title": "A&amp;B<br>工事"}, ("title", "A&B 工事"), ("title-markup",)),
        ({"title": "a < b の調査"}, ("title", "a < b の調査"), ()),
        ({"title": "改\n行"}, ("title", "改 行"), ("title-control",)),
        ({"title": "あ" * 601}, ("title", "あ" * 600), ("title-long",)),
        ({"title": " "}, ("title", ""), ("title-missing",)),
        ({"updated": "2026-06-01T00:00:00"}, ("updated_on", date(2026, 6, 1)), ()),
        ({"updated": "2100-01-01"}, ("updated_on", None), ("updated-unreadable",)),
        ({"details": {"capital_stock": "1,000万"}}, ("details", {}), ("figure-impossible",)),
        ({"details": {"founding_year": "578"}}, ("details", {"founding_year": (578, 578)}), ()),
        ({"details": {"average_age": "46.5"}}, ("details", {"average_age": ("46.5", 3)}), ()),
        ({"details": {"employee_number": "-1"}}, ("details", {}), ("figure-impossible",)),
    ],
)
def test_what_is_kept_of_a_row(
    published: dict[str, Any], kept: tuple[str, Any], rules: tuple[str, ...]
) -> None:
    clean = cleansed(row(**published), TODAY)
    assert (getattr(clean, kept[0]), clean.findings) == (kept[1], rules)
    assert clean.published.data == {"amount": 5000}  # what was published stays as it was
    assert set(clean.findings) <= set(RULES)


def test_the_ministry_is_named() -> None:
    clean = cleansed(row(department="独立行政法人　中小企業基盤整備機構"), TODAY)
    assert (clean.department, clean.ministry) == ("独立行政法人 中小企業基盤整備機構", "32")


def test_numbers_and_days_in_texts() -> None:
    assert [whole_in(text) for text in ("1,2", "1_0", "٣", "", "0x1", "１２")] == [
        12,
        None,
        None,
        None,
        None,
        12,
    ]
    assert decimal_in("1e39") is not None
    assert decimal_in("1e40") is None
    assert [day_in(text) for text in ("", "0000-00-00", "2019", "\0")] == [None] * 4
