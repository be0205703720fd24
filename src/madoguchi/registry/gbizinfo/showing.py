"""A corporation as gBizINFO shows it: pure, from what is known to the objects of an answer.

A field that is not known is left out, as in its own answers; a section is there also when it is
empty. Of finance version 1 shows what is not known as null.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.japanese import katakana_to_hiragana
from madoguchi.registry.activities import kinds
from madoguchi.registry.activities.provenance import provenance
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.gbizinfo.fields import (
    FINANCE,
    MANAGEMENT_INDEX,
    SCALARS_2,
    SHAREHOLDER,
    WORKPLACE,
    Kind,
    Version,
)
from madoguchi.registry.whole import Act, Whole

Info = dict[str, Any]
OPEN, CLOSED = "-", "閉鎖"


def full(version: Version, known: Whole, *, metadata: bool = False) -> Info:
    """The full record with every section."""
    info = scalars(version, known)
    for kind in version.lists:
        info |= section(version, kind, known.of(kind), metadata=metadata)
    for kind in (kinds.FINANCE, kinds.WORKPLACE):
        info |= section(version, kind, known.of(kind), metadata=metadata)
    if metadata and version.metadata:
        info["meta-data"] = _sources(info, known)
    return info


def one_section(
    version: Version, record: Record, kind: str, acts: Iterable[Act], *, metadata: bool = False
) -> Info:
    """One section under number, name and location."""
    head = {
        "corporate_number": record.number,
        "name": record.name,
        "location": record.address,
    }
    return head | section(version, kind, list(acts), metadata=metadata)


def found(record: Record, activities: int, *, metadata: bool = False) -> Info:
    """A corporation in the answer of the search. `activities`: how many it has."""
    values = _of_record(record) | {"number_of_activity": str(activities)}
    names = (
        "corporate_number",
        "location",
        "name",
        "name_en",
        "number_of_activity",
        "postal_code",
        "status",
        "update_date",
    )
    info: Info = {name: values[name] for name in names if values[name]}
    if metadata:
        info["meta-data"] = _of_agency(record) | {"key_field": record.number}
    return info


def scalars(version: Version, known: Whole) -> Info:
    """The fields of the corporation itself."""
    values = {name: one.value for name, one in known.details.items()}
    values |= {name: value for name, value in _of_record(known.record).items() if value}
    values["number_of_activity"] = str(len(known.activities))
    if version.number == 1 and "kana" in values:
        values["kana"] = katakana_to_hiragana(values["kana"])
    return _typed(version.scalars, values)


def section(version: Version, kind: str, acts: list[Act], *, metadata: bool) -> Info:
    """One section under its key; of a version that has no such section, nothing."""
    told = metadata and version.metadata
    if kind == kinds.FINANCE:
        return {"finance": _finance(version, acts, told)}
    if kind == kinds.WORKPLACE:
        return {"workplace_info": _workplace(acts, told)} if acts else {}
    listed = version.lists.get(kind)
    if listed is None:
        return {}
    items = [
        _typed(listed.fields, act.data) | ({"meta-data": _of_act(act)} if told else {})
        for act in acts
    ]
    return {listed.key: items}


def _of_record(record: Record) -> dict[str, str]:
    return {
        "corporate_number": record.number,
        "postal_code": record.postal_code,
        "location": record.address,
        "name": record.name,
        "name_en": record.english_name,
        "kana": record.kana,
        "status": CLOSED if record.closed_on else OPEN,
        "update_date": f"{record.updated_on}T00:00:00+09:00",
        "close_date": str(record.closed_on or ""),
        "close_cause": record.close_cause,
        "kind": record.kind,
        "process": record.process,
        "aggregated_year": "1" if record.corrected else "0",
    }


def _typed(fields: Mapping[str, Kind], values: Mapping[str, Any]) -> Info:
    typed = {name: kind(values.get(name)) for name, kind in fields.items()}
    return {name: value for name, value in typed.items() if value is not None}


def _finance(version: Version, acts: list[Act], told: bool) -> Info:
    """All reports as one: words and shareholders of the newest that has them, every period."""
    newest: Info = {}
    for act in reversed(acts):
        newest |= _typed(FINANCE, act.data)
    holders = (act.data.get("major_shareholders") for act in acts)
    shareholders: list[Info] = next((found for found in holders if found), [])
    periods = [item for act in acts for item in act.data.get("management_index") or ()]
    shown = {**dict.fromkeys(FINANCE), **newest} if version.number == 1 else newest
    shown |= {
        "major_shareholders": [_typed(SHAREHOLDER, item) for item in shareholders],
        "management_index": [_typed(MANAGEMENT_INDEX, item) for item in periods],
    }
    return shown | ({"meta-data": _of_act(acts[0])} if told and acts else {})


def _workplace(acts: list[Act], told: bool) -> Info:
    """Of several sources the newest that tells a figure."""
    merged: dict[str, Info] = {name: {} for name in WORKPLACE}
    for act in reversed(acts):
        for name, values in merged.items():
            known = act.data.get(name) or {}
            values |= {field: value for field, value in known.items() if value is not None}
    shown: Info = {name: _typed(WORKPLACE[name], values) for name, values in merged.items()}
    return shown | ({"meta-data": _of_act(acts[0])} if told else {})


def _of_act(act: Act) -> Info:
    """Where an activity comes from; strings, unlike those of the corporation itself."""
    return asdict(provenance(act.source, jst_date(act.recorded_at), act.updated_on)) | {
        "key_field": act.key
    }


def _of_agency(record: Record) -> Info:
    return asdict(provenance("nta:", record.updated_on, record.updated_on))


def _sources(info: Info, known: Whole) -> Info:
    """For the corporation itself each part holds one value a field."""
    parts: dict[str, dict[str, str]] = {
        "source": {},
        "data_quality": {},
        "import_frequency": {},
        "last_acquisition_date": {},
        "last_update_date": {},
    }
    record = known.record
    of_record = _of_record(record)
    for name in info.keys() & SCALARS_2.keys():
        one = known.details.get(name)
        told = (
            asdict(provenance(one.source, jst_date(one.recorded_at), one.as_of))
            if one is not None and not of_record.get(name)
            else _of_agency(record)
        )
        for part, values in parts.items():
            values[name] = told[part]
    return {**parts, "key_field": record.number}
