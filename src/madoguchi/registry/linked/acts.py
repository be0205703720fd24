"""Activities as RDF in gBizINFO's former vocabulary: pure, from a row to a tree."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from madoguchi.registry.activities import kinds
from madoguchi.registry.activities.columns import FISCAL_YEAR
from madoguchi.registry.activities.vocabulary import REST
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.linked.columns import column_properties
from madoguchi.registry.linked.figures import (
    finance_collections,
    shareholders,
    workplace_collections,
)
from madoguchi.registry.linked.graph import (
    address_things,
    date_thing,
    moment,
    name_things,
    number_thing,
    publisher,
)
from madoguchi.registry.linked.tree import Thing, Value
from madoguchi.registry.linked.vocabulary import DECIMAL, activity, hj, ic, plain, text, typed

GRAPH_OF: Mapping[str, str] = {item.kind: item.graph for item in kinds.DOWNLOAD_SETS}
"""The graph of each kind; establishments (事業所) have none in this vocabulary."""

_CLASSES: Mapping[str, str] = {
    kinds.SUBSIDY: "補助金型",
    kinds.PROCUREMENT: "調達型",
    kinds.COMMENDATION: "表彰型",
    kinds.CERTIFICATION: "届出認定型",
    kinds.PATENT: "特許型",
    kinds.WORKPLACE: "職場情報型",
    kinds.FINANCE: "財務型",
}
_NUMBERED = frozenset({kinds.WORKPLACE, kinds.FINANCE})  # their keys already name the corporation
_FIELDS_OF_COLUMNS: Mapping[str, str] = {
    "法人活動-期間終了日時": "expiration_date",
    FISCAL_YEAR: "fiscal_year_cover_page",
}
_PUBLISHED = ("csv:", "json:")


class Act(NamedTuple):
    """An activity as it is kept: the columns of `activities.models.Activity` that are told."""

    number: str
    kind: str
    source: str
    key: str
    day: date | None
    amount: int | None
    department: str
    target: str
    data: dict[str, Any]
    updated_on: date


def act_iri(act: Act) -> NamedNode:
    """Its IRI: …/data/ext/{number}_{キー情報}; of other sources than gBizINFO's with their name."""
    key = act.key if act.source.startswith(_PUBLISHED) else f"{act.source}_{act.key}"
    return activity(key if act.kind in _NUMBERED else f"{act.number}_{key}")


def act_thing(act: Act, record: Record) -> Thing:
    """An activity (法人活動情報) of a kind in GRAPH_OF; `record` is its corporation's.

    Name and address are those its file told, or else those of the record.
    """
    columns = _columns(act)
    return Thing(
        hj(_CLASSES[act.kind]),
        (
            (ic("ID"), number_thing(act.number)),
            *_whose(columns, record),
            *column_properties(columns),
            *_told(act),
            *_special(act),
            (hj("キー情報"), text(act.key)),
            (hj("更新日時"), moment(act.updated_on.isoformat())),
            *([(hj("公表組織"), publisher(act.department))] if act.department else []),
        ),
        iri=act_iri(act),
    )


def _columns(act: Act) -> dict[str, str]:
    """The columns of its file, and those its fields took the place of."""
    kept = act.data.get(REST)
    columns = dict(kept) if isinstance(kept, dict) else {}
    for column, field in _FIELDS_OF_COLUMNS.items():
        if value := _text(act, field):
            columns[column] = value
    return columns


def _whose(columns: Mapping[str, str], record: Record) -> list[tuple[NamedNode, Value]]:
    return [
        *((ic("名称"), name) for name in name_things(record)[:1] if "名称-表記" not in columns),
        *(
            (ic("住所"), place)
            for place in address_things(record)[:1]
            if "住所-表記" not in columns
        ),
    ]


def _told(act: Act) -> list[tuple[NamedNode, Value]]:
    found: list[tuple[NamedNode, Value]] = []
    if act.day is not None:
        found.append((hj("認定日"), date_thing(act.day.isoformat())))
    if title := _text(act, "title"):
        found.append((hj("活動名称"), Thing(hj("表記型"), ((ic("表記"), text(title)),))))
    if act.amount is not None:
        amount = ((ic("数値"), typed(str(act.amount), DECIMAL)), (ic("通貨"), text("円")))
        found.append((ic("金額"), Thing(ic("金額型"), amount)))
    if act.target:
        found.append((hj("対象"), text(act.target)))
    if category := _text(act, "category"):
        found.append((hj("区分"), Thing(None, ((ic("種別"), text(category)),))))
    if note := _text(act, "note"):
        found.append((hj("備考"), Thing(None, ((ic("種別"), text(note)),))))
    return found


def _special(act: Act) -> list[tuple[NamedNode, Value]]:
    """What only some kinds tell."""
    if act.kind == kinds.FINANCE:
        fiscal = _text(act, "fiscal_year_cover_page")
        return [
            *([(hj("回次"), text(fiscal))] if fiscal else []),
            *((hj("株主情報"), holder) for holder in shareholders(act.data)),
            *((hj("数量コレクション"), figures) for figures in finance_collections(act.data)),
        ]
    if act.kind == kinds.WORKPLACE:
        return [(hj("数量コレクション"), figures) for figures in workplace_collections(act.data)]
    if act.kind == kinds.SUBSIDY and (resource := _text(act, "subsidy_resource")):
        return [(hj("補助金財源"), text(resource))]
    if act.kind == kinds.PATENT:
        return _patent(act)
    return []


def _patent(act: Act) -> list[tuple[NamedNode, Value]]:
    found: list[tuple[NamedNode, Value]] = []
    if sort := _text(act, "patent_type"):
        found.append((hj("区分"), Thing(None, ((ic("種別"), text(sort)),))))
    if number := _text(act, "registration_number") or _text(act, "application_number"):
        found.append((hj("認定番号"), Thing(ic("ID型"), ((ic("識別値"), text(number)),))))
    classes = act.data.get("classifications")
    for item in classes if isinstance(classes, list) else []:
        if isinstance(item, dict) and (label := " ".join(str(part) for part in item.values())):
            found.append((hj("分類"), Thing(ic("コード型"), ((ic("表記"), text(label)),))))
    return found


def _text(act: Act, name: str) -> str:
    """A field as published; "" for none, and what no RDF literal may hold taken out."""
    value = act.data.get(name)
    if value is None or isinstance(value, dict | list):
        return ""
    return plain(value)
