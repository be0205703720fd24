"""Records of gBizINFO's REST interface (v1, v2) as activities and details."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.registry.activities import columns
from madoguchi.registry.activities.figures import figures_of
from madoguchi.registry.activities.kinds import FINANCE, KINDS, WORKPLACE
from madoguchi.registry.activities.published import Published, key_of, number_in
from madoguchi.registry.opening import BadRow

_DAYS = {
    kind: field
    for kind, fields in columns.FIELDS.items()
    for field, column in fields.items()
    if column == columns.DAY
} | {"corporation": "loss_date"}
_SECTIONS = {kind: kind for kind in KINDS} | {
    "corporation": "corporation-info",
    WORKPLACE: "workplace_info",
}
_LISTS = ("business_items", "industry")
_DETAILS = sorted({*columns.DETAILS, *columns.WORKPLACE_DETAILS})


def records_in(answer: Any) -> Iterator[Mapping[str, Any]]:
    """The records of a file: one record, several, or a whole answer of the interface."""
    if isinstance(answer, Mapping) and "hojin-infos" in answer:
        answer = answer["hojin-infos"]
    for record in answer if isinstance(answer, list) else [answer]:
        if not isinstance(record, Mapping):
            raise BadRow("no record of a corporation")
        yield record


def read_record(record: Mapping[str, Any]) -> Iterator[Published]:
    """The activities of one record; its details come with the first. BadRow without a proper number."""
    number = number_in(_text(record.get("corporate_number")))
    updated = _text(record.get("update_date"))
    rows = [row for kind in KINDS for row in _section(number, kind, record.get(_SECTIONS[kind]))]
    details = _details(record)
    for row in rows:
        details |= row.details
    if not rows and details:
        rows = [_row(number, "", {})]
    for place, row in enumerate(rows):
        yield row._replace(updated=updated, details=details if place == 0 else {})


def _section(number: str, kind: str, found: Any) -> Iterator[Published]:
    if isinstance(found, Mapping):
        if kind in (FINANCE, WORKPLACE) and any(_told(value) for value in found.values()):
            yield _row(number, kind, found)
        return
    for item in found if isinstance(found, list) else []:
        if not isinstance(item, Mapping):
            raise BadRow(f"a {kind} that is no object")
        yield _row(number, kind, item)


def _told(value: Any) -> bool:
    """Whether anything is said: groups of nothing but null say nothing."""
    if isinstance(value, Mapping):
        return any(_told(item) for item in value.values())
    return value not in (None, "", [])


def _row(number: str, kind: str, item: Mapping[str, Any]) -> Published:
    """One item of a section. Of finance and workplace there is one a source, so its key is fixed."""
    whole = kind in (FINANCE, WORKPLACE)
    content = json.dumps(item, ensure_ascii=True, sort_keys=True, default=str)
    data = {name: value for name, value in item.items() if name != "meta-data"}
    holders = data.get("major_shareholders")
    names = [
        _text(holder.get("name_major_shareholders"))
        for holder in (holders if isinstance(holders, list) else [])
        if isinstance(holder, Mapping)
    ]
    return Published(
        kind=kind,
        number=number,
        key=key_of(number, kind if whole else "", kind, content),
        title=_text(item.get("title") or item.get("corporation_name")),
        day=_text(item.get(_DAYS.get(kind, ""))),
        amount=_text(item.get("amount")),
        department=_text(item.get("government_departments")),
        target="\n".join(names) if kind == FINANCE else _text(item.get("target")),
        updated="",
        data=data,
        details=figures_of(kind, data),
    )


def _details(record: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _DETAILS:
        if _told(value := record.get(name)):
            found[name] = value if isinstance(value, int) else _text(value)
    for name in _LISTS:
        values = record.get(name)
        if isinstance(values, list) and values:
            found[name] = [_text(value) for value in values]
    return found


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else str(value)
