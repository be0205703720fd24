"""Corporations as our own interface shows them: pure, from what is known to plain data."""

from collections import Counter
from typing import Any

from madoguchi.kernel.clock import jst_date
from madoguchi.registry.activities.provenance import provenance
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, DELETED, KINDS, PROCESSES
from madoguchi.registry.corporations.queries import Past
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.whole import Act, Known, Whole

Shown = dict[str, Any]
AGENCY = provenance("nta:", None, None).source


def of_record(record: Record) -> Shown:
    """A record. Of a withdrawn number only that it was withdrawn, and when, as the agency does."""
    head = {
        "corporate_number": record.number,
        "status": record.status,
        "updated_on": str(record.updated_on),
    }
    if record.process == DELETED:
        return head | {"source": AGENCY}
    return head | {
        "name": record.name,
        "name_kana": record.kana or None,
        "name_en": record.english_name or None,
        "kind": coded(KINDS, record.kind),
        "address": _address(record),
        "assigned_on": _day(record.assigned_on),
        "changed_on": _day(record.changed_on),
        "process": coded(PROCESSES, record.process),
        "change_cause": record.change_cause or None,
        "closed_on": _day(record.closed_on),
        "close_cause": coded(CLOSE_CAUSES, record.close_cause),
        "successor": record.successor or None,
        "corrected": record.corrected,
        "search_excluded": record.hidden,
        "source": AGENCY,
    }


def of_whole(known: Whole) -> Shown:
    """A record with what is known beside it. A withdrawn number has nothing beside it."""
    shown = of_record(known.record)
    if known.record.process == DELETED:
        return shown
    return shown | {
        "details": {field: _detail(one) for field, one in sorted(known.details.items())},
        "activities": [of_act(act) for act in known.activities],
        "activity_counts": dict(sorted(Counter(act.kind for act in known.activities).items())),
    }


def of_act(act: Act) -> Shown:
    """An activity: what was published, under gBizINFO's names, and by whom."""
    told = provenance(act.source, jst_date(act.recorded_at), act.updated_on)
    return {
        "kind": act.kind,
        "day": _day(act.day),
        "data": act.data,
        "source": told.source,
        "key": act.key,
        "acquired_on": told.last_acquisition_date,
        "updated_on": told.last_update_date,
    }


def of_past(past: Past, *, latest: bool) -> Shown:
    """A record of the history. `superseded_on`: since when it is known to have been wrong."""
    return of_record(past.record) | {"latest": latest, "superseded_on": _day(past.superseded_on)}


def of_change(record: Record) -> Shown:
    """An entry of the feed. What search must not find is told by its number only."""
    if record.hidden:
        return {
            "corporate_number": record.number,
            "status": record.status,
            "updated_on": str(record.updated_on),
            "search_excluded": True,
            "source": AGENCY,
        }
    return of_record(record)


def coded(codes: Any, code: str) -> Shown | None:
    """A code with its meaning in both languages."""
    return {"code": code, **codes.get(code, {})} if code else None


def _address(record: Record) -> Shown:
    city = f"{record.prefecture_code}{record.city_code}" if record.city_code else None
    return {
        "text": record.address,
        "postal_code": record.postal_code or None,
        "prefecture": record.prefecture or None,
        "prefecture_code": record.prefecture_code or None,
        "city": record.city or None,
        "city_code": city,
        "street": record.street or None,
        "abroad": record.abroad or None,
    }


def _detail(known: Known) -> Shown:
    told = provenance(known.source, jst_date(known.recorded_at), known.as_of)
    return {
        "value": known.value,
        "source": told.source,
        "as_of": told.last_update_date,
        "acquired_on": told.last_acquisition_date,
    }


def _day(day: Any) -> str | None:
    return str(day) if day else None
