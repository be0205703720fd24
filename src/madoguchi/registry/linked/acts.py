"""Activities as RDF in gBizINFO's former vocabulary: pure, from a row to a tree."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from madoguchi.registry.activities import kinds
from madoguchi.registry.linked.figures import (
    finance_collections,
    shareholders,
    workplace_collections,
)
from madoguchi.registry.linked.graph import date_thing, moment, number_thing, publisher
from madoguchi.registry.linked.tree import Thing, Value
from madoguchi.registry.linked.vocabulary import DECIMAL, activity, hj, ic, text, typed

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


def act_thing(act: Act) -> Thing:
    """An activity (法人活動情報) of a kind in GRAPH_OF."""
    return Thing(
        hj(_CLASSES[act.kind]),
        (
            (ic("ID"), number_thing(act.number)),
            *_told(act),
            *_special(act),
            (hj("キー情報"), text(act.key)),
            (hj("更新日時"), moment(act.updated_on.isoformat())),
            *([(hj("公表組織"), publisher(act.department))] if act.department else []),
        ),
        iri=act_iri(act),
    )


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
    return str(value).replace("\0", "").encode("utf-8", "ignore").decode()
