"""Activities as rows of gBizINFO's files (法人活動情報語彙対応版): pure, from what is known to columns.

A row that came in such a file goes out as it came, word for word; of others the columns are filled from
their fields and from the record. Nothing is put before a title that begins with = or -: these files are
read by programs as data, 「-195℃冷凍庫」 is the name of a thing, and an apostrophe would be in it for ever.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.registry.activities import columns as c
from madoguchi.registry.activities.kinds import FINANCE, PATENT, WORKPLACE
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.activities.vocabulary import REST
from madoguchi.registry.corporations.record import Record

Row = dict[str, str]


def rows_of(activity: Activity, record: Record | None) -> Iterator[Row]:
    """The rows of an activity: one, of finance one for each period."""
    data = activity.data
    rest: Mapping[str, str] = data.get(REST) or {}
    came_so = activity.source.startswith("csv:") and bool(rest)
    row = {} if came_so else _of_record(record)
    row |= {c.NUMBER: activity.number, c.KEY: _key(activity)}
    if not came_so:
        row |= {c.UPDATED: f"{activity.updated_on}T00:00:00", c.DEPARTMENT: activity.department}
    if activity.kind == FINANCE:
        yield from _finance(row, data, rest)
        return
    if activity.kind == WORKPLACE:
        values = {
            column: (data.get(group) or {}).get(name)
            for (group, name), column in c.WORKPLACE.items()
        }
    else:
        values = {column: data.get(field) for field, column in c.FIELDS[activity.kind].items()}
    if activity.kind == PATENT:
        classes = [_class_text(item) for item in data.get("classifications") or ()]
        values |= dict(zip(c.CLASSES, classes, strict=False))
    yield row | _texts(values) | dict(rest)


def _finance(row: Row, data: Mapping[str, Any], rest: Mapping[str, str]) -> Iterator[Row]:
    shared: dict[str, Any] = {c.FISCAL_YEAR: data.get("fiscal_year_cover_page")}
    for place, holder in zip(c.SHAREHOLDERS, data.get("major_shareholders") or (), strict=False):
        rank, name, ratio = c.shareholder(place)
        shared |= {
            rank: place,
            name: holder.get("name_major_shareholders"),
            ratio: holder.get("shareholding_ratio"),
        }
    periods = data.get("management_index") or [{}]
    for place, period in enumerate(periods):
        values = {**shared, c.PERIOD: period.get("period")}
        for field, (column, unit) in c.FINANCE.items():
            values |= {column: period.get(field), unit: period.get(f"{field}_unit_ref")}
        # The files have one period a row: of a document with several each needs its own key.
        key = row[c.KEY] if len(periods) == 1 else f"{row[c.KEY]}_{place + 1}"
        yield {**row, c.KEY: key, **_texts(values), **rest}


def _texts(values: Mapping[str, Any]) -> Row:
    return {column: str(value) for column, value in values.items() if value not in (None, "")}


def _key(activity: Activity) -> str:
    """キー情報: of 職場 and 財務 with the number, which alone is their address; of the others without."""
    if activity.kind in (FINANCE, WORKPLACE):
        return activity.key
    return activity.key.removeprefix(f"{activity.number}_")


def _class_text(item: Mapping[str, Any]) -> str:
    code = f"{item.get('コード値') or ''}{item.get('コード名') or ''}"
    return f"{code} {item.get('日本語') or ''}".strip()


def _of_record(record: Record | None) -> Row:
    if record is None:
        return {}
    return _texts(
        {
            "名称-種別": "商号又は名称",
            "名称-表記": record.name,
            "名称-カナ表記": record.kana,
            "住所-種別": "住所",
            "住所-表記": record.address,
            "住所-郵便番号": record.postal_code,
            "住所-都道府県": record.prefecture,
            "住所-市区町村": record.city,
            "住所-町名番地等": record.street,
            "公表組織-ID名称": "法人番号",
            "公表組織-ID発行者": "国税庁",
        }
    )
