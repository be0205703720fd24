"""Results as CSV (一覧のダウンロード): streamed, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

from madoguchi.kernel.database import Database
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.catalogue import service
from madoguchi.procedures.catalogue.cards import Card

ROWS_AT_ONCE = 500
# A cell that begins so would be run as a formula (OWASP: CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

HEADINGS: tuple[Text, ...] = (
    {"ja": "手続ID", "en": "ID"},
    {"ja": "手続名", "en": "Name"},
    {"ja": "種別", "en": "Kind"},
    {"ja": "所管府省庁", "en": "Ministry"},
    {"ja": "法令名", "en": "Law"},
    {"ja": "根拠条項", "en": "Article"},
    {"ja": "オンライン化の状況", "en": "On line"},
    {"ja": "標準処理期間", "en": "Standard period"},
    {"ja": "手数料", "en": "Fee"},
    {"ja": "年間件数", "en": "Filings a year"},
    {"ja": "画面で記入できる手続", "en": "Structured procedure"},
)


def csv_response(database: Database, query: service.Query, language: str) -> StreamingResponse:
    """All results of a query as text/csv in UTF-8 with a byte order mark, as Excel wants it."""
    return StreamingResponse(
        _chunks(database, query, language),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="procedures.csv"'},
    )


async def _chunks(database: Database, query: service.Query, language: str) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _lines([[pick(heading, language) for heading in HEADINGS]])
    waiting: list[list[str]] = []
    async with database.reading() as session:
        async for card in service.all_cards(session, query):
            waiting.append(_row(card, language))
            if len(waiting) == ROWS_AT_ONCE:
                yield _lines(waiting)
                waiting = []
    yield _lines(waiting)


def _row(card: Card, language: str) -> list[str]:
    return [
        card.id,
        pick(card.name, language),
        card.kind,
        card.ministry,
        card.law,
        card.article,
        card.online,
        pick(card.period, language),
        {True: "yes", False: "no", None: ""}[card.fee],
        str(card.yearly),
        card.procedure_id or "",
    ]


def _lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", errors="replace")


def safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before what could be one."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
