"""Reading one row of thirty columns."""

from datetime import date

import pytest

from madoguchi.registry.corporations.record import read_row
from madoguchi.registry.opening import BadRow
from tests.registry.corporations.records import number, row, withdrawn


def test_a_row_is_read() -> None:
    found = read_row(row(7, sequence=12, closed="2026-05-01", cause="01", correct="1", latest="0"))
    record = found.record
    assert not found.latest
    assert (record.number, record.order) == (number(7), (date(2026, 6, 1), 12))
    assert (record.name, record.kind, record.kana) == ("株式会社窓口7", "301", "マドグチ")
    assert (record.closed_on, record.close_cause) == (date(2026, 5, 1), "01")
    assert record.corrected
    assert not record.hidden


def test_a_withdrawn_number_is_blank() -> None:
    found = read_row(withdrawn(7, date(2026, 6, 1), 3))
    assert found.latest
    assert (found.record.process, found.record.name, found.record.changed_on) == ("99", "", None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"number": "1234567890123"}, "corporate number"),
        ({"number": ""}, "corporate number"),
        ({"process": "02"}, "unknown process"),
        ({"kind": "３０１"}, "unknown kind"),
        ({"name": " "}, "no name"),
        ({"updated": ""}, "no update date"),
        ({"updated": "2026/06/01"}, "no date"),
        ({"changed": "2026-02-30"}, "no date"),
        ({"correct": "x"}, "neither"),
        ({"latest": "2"}, "neither"),
        ({"sequence": "-1"}, "sequence"),
        ({"sequence": "９"}, "sequence"),
        ({"cause": "99"}, "close cause"),
        ({"successor": "123"}, "successor"),
        ({"name": "あ" * 601}, "601 characters"),
        ({"name": "株式\x00会社"}, "control"),
        ({"postal_code": "100-0013"}, "8 characters"),
    ],
)
def test_what_is_no_record_says_why(changed: dict[str, str], why: str) -> None:
    with pytest.raises(BadRow, match=why):
        read_row(row(1, **changed))


@pytest.mark.parametrize("columns", [[], [""], row(1)[:-1], [*row(1), ""]])
def test_a_row_has_thirty_columns(columns: list[str]) -> None:
    with pytest.raises(BadRow, match="columns"):
        read_row(columns)
