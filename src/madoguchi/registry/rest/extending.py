"""Data extension (項目の追加) of the Reconciliation Service API 0.2: columns for matched corporations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from madoguchi.registry.corporations.codes import DELETED, KINDS
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.errors import RegistryError, invalid_parameter
from madoguchi.registry.rest.answering import answer
from madoguchi.registry.rest.parameters import Parameters

MOST_IDS, MOST_PROPERTIES = 1_000, 50
Cell = dict[str, Any]


def _text(value: str) -> list[Cell]:
    return [{"str": value}] if value else []


def _day(value: date | None) -> list[Cell]:
    """A day as the specification has it, with a time; in UTC, so that no client shows the day before."""
    return [{"date": f"{value.isoformat()}T00:00:00Z"}] if value else []


_VALUES: Mapping[str, tuple[str, Callable[[Record], list[Cell]]]] = {
    "name": ("商号又は名称 / Name", lambda record: _text(record.name)),
    "kana": ("フリガナ / Reading", lambda record: _text(record.kana)),
    "name_en": ("英語表記 / English name", lambda record: _text(record.english_name)),
    "kind": ("法人種別 / Kind", lambda record: _text(KINDS.get(record.kind, {}).get("ja", ""))),
    "kind_code": ("法人種別コード / Code of the kind", lambda record: _text(record.kind)),
    "address": ("所在地 / Address", lambda record: _text(record.address)),
    "prefecture": ("都道府県 / Prefecture", lambda record: _text(record.prefecture)),
    "city": ("市区町村 / City", lambda record: _text(record.city)),
    "city_code": (
        "全国地方公共団体コード / Code of the city",
        lambda record: _text(f"{record.prefecture_code}{record.city_code}"),
    ),
    "postal_code": ("郵便番号 / Postal code", lambda record: _text(record.postal_code)),
    "assigned_on": ("指定年月日 / Day of assignment", lambda record: _day(record.assigned_on)),
    "changed_on": ("変更年月日 / Day of the change", lambda record: _day(record.changed_on)),
    "closed_on": ("閉鎖年月日 / Day of closing", lambda record: _day(record.closed_on)),
    "successor": (
        "承継先の法人 / Successor",
        lambda record: (
            [{"id": record.successor, "name": record.successor}] if record.successor else []
        ),
    ),
}
_STATUS = {"id": "status", "name": "状態 / Status"}
PROPERTIES = (_STATUS, *({"id": id, "name": name} for id, (name, _) in _VALUES.items()))


async def propose(request: Request) -> Response:
    """The columns that can be added."""
    asked = Parameters(request, ("type", "limit"))
    limit = asked.integer("limit", 1, MOST_PROPERTIES, MOST_PROPERTIES)
    return answer(
        request,
        {"type": "corporation", "limit": limit, "properties": list(PROPERTIES[:limit])},
    )


async def extended(session: AsyncSession, wanted: Any) -> dict[str, Any]:
    """The answer to {ids: […], properties: [{id}, …]}: a row for every id, empty for unknown ones.

    Of a withdrawn number only the status is told. RegistryError 422 for anything else.
    """
    ids, properties = _texts(wanted, "ids", MOST_IDS), _properties(wanted)
    records = await currents(session, list(dict.fromkeys(ids)))
    known = {one["id"]: one for one in PROPERTIES}
    return {
        "meta": [known[id] for id in properties],
        "rows": {id: _row(records.get(id), properties) for id in ids},
    }


def _row(record: Record | None, properties: Sequence[str]) -> dict[str, list[Cell]]:
    if record is None:
        return {id: [] for id in properties}
    withdrawn = record.process == DELETED
    return {
        id: _text(record.status)
        if id == _STATUS["id"]
        else []
        if withdrawn
        else _VALUES[id][1](record)
        for id in properties
    }


def _properties(wanted: Any) -> list[str]:
    given = wanted.get("properties") if isinstance(wanted, dict) else None
    if not isinstance(given, list) or len(given) > MOST_PROPERTIES:
        raise _unreadable()
    found = [one.get("id") if isinstance(one, dict) else None for one in given]
    known = {one["id"] for one in PROPERTIES}
    if any(not isinstance(id, str) or id not in known for id in found):
        raise _unreadable()
    return [str(id) for id in found]


def _texts(wanted: Any, name: str, most: int) -> list[str]:
    given = wanted.get(name) if isinstance(wanted, dict) else None
    if not isinstance(given, list) or len(given) > most:
        raise _unreadable()
    if any(not (isinstance(one, str) and one.isascii() and one.isdigit()) for one in given):
        raise _unreadable()
    return given


def _unreadable() -> RegistryError:
    return invalid_parameter(
        "extend",
        f"extendを読めません。ids（法人番号{MOST_IDS}件まで）とproperties（提示した項目のid）を持つ"
        "JSONのオブジェクトにしてください。",
        f"extend cannot be read: send a JSON object with ids (at most {MOST_IDS} corporate numbers) "
        "and properties (ids of those proposed).",
    )
