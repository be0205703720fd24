"""The daily file of what was received (収納データ): read as a whole or not at all, settled once.

CSV, UTF-8 or Shift_JIS, one receipt a line under a heading; a last line 合計 / total may hold the
count and the sum, which must then be right. The banks' own layout is not published.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel import journal
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.clock import JST, as_utc, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import JapaneseInputError, parse_date, parse_money
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import end_of_day, start_of_day
from madoguchi.payments.models import Clearing, ReceiptFile
from madoguchi.payments.receiving import Receipt, take
from madoguchi.payments.rules import COLLECTING_AGENCY

MOST_LINES = 5_000
MOST_YEN = 10**12
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "receipt_number": ("receipt_number", "受付番号", "領収番号"),
    "notice_number": ("notice_number", "納付番号"),
    "amount": ("amount", "金額", "納付金額"),
    "paid_at": ("paid_at", "納付日時", "納付日"),
    "collecting_agency": ("collecting_agency", "収納機関番号"),
}
_NEEDED = ("receipt_number", "notice_number", "amount", "paid_at")
_TOTAL = ("合計", "total")


@dataclass(frozen=True)
class Faulty:
    """What is wrong with a line of the file; line 0: with the file as a whole."""

    line: int
    text: Text


def read_receipts(content: bytes) -> tuple[list[tuple[int, Receipt]], list[Faulty]]:
    """The receipts of a file with their line numbers, and all that is wrong with it."""
    rows = _rows(content)
    if rows is None:
        return [], [Faulty(0, _TEXTS["encoding"])]
    rows = [(number, row) for number, row in rows if any(cell for cell in row)]
    places = _places(rows[0][1]) if rows else {}
    if any(name not in places for name in _NEEDED):
        return [], [Faulty(0, _TEXTS["heading"])]
    body = rows[1:]
    total = body.pop() if body and body[-1][1][0].lower() in _TOTAL else None
    if not body or len(body) > MOST_LINES:
        return [], [Faulty(0, _TEXTS["lines"])]
    found: list[tuple[int, Receipt]] = []
    faults: list[Faulty] = []
    seen: set[str] = set()
    for number, row in body:
        receipt = _receipt(row, places)
        if isinstance(receipt, str):
            faults.append(Faulty(number, _TEXTS[receipt]))
        elif receipt.receipt_number in seen:
            faults.append(Faulty(number, _TEXTS["twice"]))
        else:
            seen.add(receipt.receipt_number)
            found.append((number, receipt))
    if total is not None and not faults:
        faults += _wrong_total(total, [receipt for _, receipt in found])
    return found, faults


async def settle_file(
    session: AsyncSession, *, name: str, content: bytes, by: str, at: datetime
) -> tuple[ReceiptFile | None, list[Faulty]]:
    """Take in every receipt of a file, in one transaction; nothing when a line is faulty.

    The same file again changes nothing and gives the first result.
    """
    sha256 = sha256_hex(content)
    known = await session.scalar(select(ReceiptFile).where(ReceiptFile.sha256 == sha256))
    if known is not None:
        return known, []
    receipts, faults = read_receipts(content)
    if faults:
        return None, faults
    lines, counts = [], Counter[str]()
    for number, receipt in receipts:
        outcome, payment = await take(session, receipt, "file", at)
        counts[outcome] += 1
        lines.append(
            {
                "line": number,
                "receipt_number": receipt.receipt_number,
                "notice_number": receipt.notice_number,
                "amount": receipt.amount,
                "paid_at": receipt.paid_at.isoformat(),
                "outcome": outcome,
                "payment": payment,
            }
        )
    file = ReceiptFile(
        id=new_id(),
        sha256=sha256,
        name=name[:200],
        lines=lines,
        counts=dict(counts),
        missing=await _missing(session, [receipt for _, receipt in receipts]),
        total=sum(receipt.amount for _, receipt in receipts),
        uploaded_by=by,
        uploaded_at=at,
    )
    session.add(file)
    await journal.append(
        session,
        subject=f"receipt_file:{file.id}",
        action="settled",
        actor=by,
        at=at,
        payload={"sha256": sha256, "counts": dict(counts), "total": file.total},
    )
    await session.flush()
    return file, []


async def receipt_files(session: AsyncSession, limit: int = 50) -> list[ReceiptFile]:
    """The files taken in, newest first."""
    return list(
        await session.scalars(select(ReceiptFile).order_by(ReceiptFile.id.desc()).limit(limit))
    )


async def _missing(session: AsyncSession, receipts: Sequence[Receipt]) -> list[str]:
    """What was told at once for the days of the file and is not in it."""
    days = sorted({jst_date(receipt.paid_at) for receipt in receipts})
    told = await session.scalars(
        select(Clearing.receipt_number).where(
            Clearing.source == "notice",
            Clearing.paid_at >= start_of_day(days[0]),
            Clearing.paid_at < end_of_day(days[-1]),
        )
    )
    return sorted(set(told) - {receipt.receipt_number for receipt in receipts})


def _rows(content: bytes) -> list[tuple[int, list[str]]] | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
            reader = csv.reader(io.StringIO(text, newline=""), strict=True)
            return [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
        except (UnicodeDecodeError, csv.Error):
            continue
    return None


def _places(heading: Sequence[str]) -> dict[str, int]:
    plain = [cell.lower() for cell in heading]
    return {
        name: plain.index(word)
        for name, words in _COLUMNS.items()
        for word in words
        if word in plain
    }


def _receipt(row: Sequence[str], places: Mapping[str, int]) -> Receipt | str:
    """The receipt of a line, or the key of what is wrong with it."""
    if len(row) <= max(places.values()):
        return "short_line"
    cells = {name: row[place] for name, place in places.items()}
    if cells.get("collecting_agency", COLLECTING_AGENCY) != COLLECTING_AGENCY:
        return "agency"
    number, notice = cells["receipt_number"], cells["notice_number"].replace("-", "")
    plain = number.isascii() and number.isprintable() and 1 <= len(number) <= 40
    if not plain or not (notice.isascii() and notice.isdigit() and len(notice) <= 20):
        return "number"
    amount, paid_at = _yen(cells["amount"]), _moment(cells["paid_at"])
    if amount is None:
        return "amount"
    return Receipt(number, notice, amount, paid_at) if paid_at is not None else "date"


def _yen(text: str) -> int | None:
    try:
        amount = int(parse_money(text))
    except JapaneseInputError:
        return None
    return amount if 1 <= amount < MOST_YEN else None


def _moment(text: str) -> datetime | None:
    """A day (its beginning in Japan) or a day and a time, in Japan unless it names a zone."""
    try:
        found = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        try:
            found = datetime.combine(parse_date(text), time())
        except JapaneseInputError:
            return None
    try:
        return as_utc(found if found.tzinfo else found.replace(tzinfo=JST))
    except (ValueError, OverflowError):
        return None


def _wrong_total(total: tuple[int, list[str]], receipts: Sequence[Receipt]) -> list[Faulty]:
    number, row = total
    said = [value for cell in row[1:] if (value := _yen(cell)) is not None]
    right = [len(receipts), sum(receipt.amount for receipt in receipts)]
    return [] if said in (right, right[1:]) else [Faulty(number, _TEXTS["total"])]


_TEXTS: dict[str, Text] = {
    "encoding": {
        "ja": "CSVファイル（UTF-8またはShift_JIS）として読み取れません。",
        "en": "It cannot be read as a CSV file in UTF-8 or Shift_JIS.",
    },
    "heading": {
        "ja": "1行目に「受付番号」「納付番号」「金額」「納付日時」の見出しが必要です。",
        "en": "The first line must have the headings receipt_number, notice_number, amount, paid_at.",
    },
    "lines": {
        "ja": "明細は1～5,000行にしてください。",
        "en": "There must be 1 to 5,000 lines below the heading.",
    },
    "short_line": {"ja": "項目の数が足りません。", "en": "Values are missing."},
    "agency": {
        "ja": "収納機関番号がこの機関のものではありません。",
        "en": "The collecting agency number is not ours.",
    },
    "number": {
        "ja": "受付番号または納付番号の形が違います。",
        "en": "The receipt number or notice number is not one.",
    },
    "amount": {"ja": "金額は1円以上の整数にしてください。", "en": "The amount must be whole yen."},
    "date": {"ja": "納付日時を読み取れません。", "en": "The time of payment cannot be read."},
    "twice": {
        "ja": "同じ受付番号が、このファイルの前の行にあります。",
        "en": "An earlier line has the same receipt number.",
    },
    "total": {
        "ja": "合計の行が、明細の件数・金額と合いません。",
        "en": "The line of totals does not agree with the lines above.",
    },
}
