"""Tables of descriptions (名寄せの表): read from CSV, written again with what was found."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from madoguchi.kernel.csv_text import harmless
from madoguchi.registry.matching.evidence import Described
from madoguchi.registry.matching.service import LONGEST, Matched
from madoguchi.registry.opening import bounded_lines, encoding_of

NAMES = ("name", "address", "kana", "name_en", "postal_code")
FOUND = (
    "decision",
    "corporate_number",
    "registered_name",
    "probability",
    "name_agrees",
    "place_agrees",
)
_JAPANESE = {
    "名称": "name",
    "商号": "name",
    "商号又は名称": "name",
    "所在地": "address",
    "住所": "address",
    "フリガナ": "kana",
    "英語表記": "name_en",
    "郵便番号": "postal_code",
}


class TableFault(ValueError):
    """The file is no table of descriptions; the message says why, in English."""


def read_table(path: Path) -> Iterator[tuple[dict[str, str], Described | None]]:
    """The rows of a CSV (UTF-8 or Shift_JIS) under their own heads, and what each describes.

    None for a row without a name or with a text beyond LONGEST. TableFault without a column of names.
    """
    with path.open("rb") as file:
        encoding = encoding_of(file.read(4_096))
        file.seek(0)
        lines = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
        rows = csv.DictReader(bounded_lines(lines), restkey="", restval="")
        heads = {head: _JAPANESE.get(head.strip(), head.strip()) for head in rows.fieldnames or ()}
        if "name" not in heads.values():
            raise TableFault("no column of names: call it name or 名称")
        for row in rows:
            row.pop("", None)
            known = {
                heads[head]: value.strip() for head, value in row.items() if heads[head] in NAMES
            }
            yield dict(row), _described(known)


def row_text(row: dict[str, str], found: Matched | None, *, head: bool) -> str:
    """A row with what was found behind it, as CSV; with `head` the names of the columns before it.

    What a spreadsheet would take for a formula is made harmless.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if head:
        writer.writerow([harmless(name) for name in (*row, *FOUND)])
    best = found.candidates[0] if found and found.candidates else None
    told = [
        found.decision if found else "none",
        best.record.number if best else "",
        best.record.name if best else "",
        f"{best.weighed.probability:.4f}" if best else "",
        best.evidence.name if best else "",
        best.evidence.place if best else "",
    ]
    writer.writerow([harmless(value) for value in (*row.values(), *told)])
    return text.getvalue()


def _described(known: dict[str, str]) -> Described | None:
    name = known.get("name", "")
    if not name or any(len(value) > LONGEST for value in known.values()):
        return None
    return Described(
        name,
        known.get("address", ""),
        known.get("kana", ""),
        known.get("name_en", ""),
        known.get("postal_code", "").replace("-", ""),
    )
