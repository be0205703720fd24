"""Records made up for tests, and the files they would stand in."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from madoguchi.kernel.japanese import corporate_number_check_digit
from madoguchi.registry.corporations.record import FIELDS, Incoming, read_row


def number(serial: int) -> str:
    """A valid corporate number of a stock company in Tokyo."""
    base = f"010001{serial:06}"
    return f"{corporate_number_check_digit(base)}{base}"


def row(serial: int = 1, **fields: Any) -> list[str]:
    """The thirty columns of a record, as published."""
    values: dict[str, Any] = {
        "sequence": 1,
        "number": number(serial),
        "process": "01",
        "correct": "0",
        "updated": "2026-06-01",
        "changed": "2026-05-20",
        "name": f"株式会社窓口{serial}",
        "kind": "301",
        "prefecture": "東京都",
        "city": "千代田区",
        "street": "霞が関１丁目３番１号",
        "prefecture_code": "13",
        "city_code": "101",
        "postal_code": "1000013",
        "assigned": "2015-10-05",
        "latest": "1",
        "kana": "マドグチ",
        "hidden": "0",
    } | fields
    places = {
        "sequence": 0, "number": 1, "process": 2, "correct": 3, "updated": 4, "changed": 5, "name": 6,
        "kind": 8, "prefecture": 9, "city": 10, "street": 11, "prefecture_code": 13, "city_code": 14,
        "postal_code": 15, "closed": 18, "cause": 19, "successor": 20, "assigned": 22, "latest": 23,
        "kana": 28, "hidden": 29,
    }  # fmt: skip
    columns = [""] * FIELDS
    for name, value in values.items():
        columns[places[name]] = str(value)
    return columns


def incoming(serial: int = 1, **fields: Any) -> Incoming:
    """A record as it arrives."""
    return read_row(row(serial, **fields))


def withdrawn(serial: int, day: date, sequence: int) -> list[str]:
    """A number withdrawn (処理区分 99): blank but for number and day."""
    columns = [""] * FIELDS
    columns[0], columns[1], columns[2], columns[4] = str(sequence), number(serial), "99", str(day)
    return columns


def as_csv(rows: Iterable[list[str]], encoding: str = "cp932") -> bytes:
    """A file of these rows, as the agency writes it: every column quoted."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)
