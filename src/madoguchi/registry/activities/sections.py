"""Activities as the sections of gBizINFO's record (v2): lists, and one object for two of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from madoguchi.registry.activities.figures import decimal_in
from madoguchi.registry.activities.kinds import FINANCE, WORKPLACE
from madoguchi.registry.activities.models import Activity

Section = list[dict[str, Any]] | dict[str, Any]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "certification": ("title", "date_of_approval", "target", "category", "government_departments"),
    "commendation": (
        "title",
        "date_of_commendation",
        "target",
        "category",
        "note",
        "government_departments",
    ),
    "corporation": (
        "corporation_name",
        "corporation_name_furigana",
        "corporation_location",
        "corporation_location_furigana",
        "insured_number",
        "loss_date",
    ),
    "patent": (
        "patent_type",
        "registration_number",
        "application_date",
        "title",
        "classifications",
        "url",
    ),
    "procurement": ("title", "amount", "date_of_order", "government_departments", "note"),
    "subsidy": ("title", "amount", "date_of_approval", "target", "government_departments"),
}
"""The fields of v2 of each kind that is a list; `data` may hold more: those of v1 and of the files."""

FINANCE_FIELDS = (
    "accounting_standards",
    "fiscal_year_cover_page",
    "major_shareholders",
    "management_index",
)
WORKPLACE_GROUPS: Mapping[str, tuple[str, ...]] = {
    "base_infos": (
        "average_age",
        "average_continuous_service_years",
        "average_continuous_service_years_Male",
        "average_continuous_service_years_Female",
        "average_continuous_service_years_type",
        "month_average_predetermined_overtime_hours",
    ),
    "women_activity_infos": (
        "female_workers_proportion",
        "female_workers_proportion_type",
        "female_share_of_manager",
        "gender_total_of_manager",
        "female_share_of_officers",
        "gender_total_of_officers",
    ),
    "compatibility_of_childcare_and_work": (
        "number_of_paternity_leave",
        "paternity_leave_acquisition_num",
        "number_of_maternity_leave",
        "maternity_leave_acquisition_num",
    ),
}


def section(kind: str, activities: Sequence[Activity]) -> Section:
    """The section of one kind, from its activities in the order of `queries`, newest first.

    Figures are as published: amounts are integers in procurement and texts in subsidies.
    """
    if kind == FINANCE:
        return _finance(activities)
    if kind == WORKPLACE:
        return _workplace(activities)
    return [{name: row.data.get(name) for name in FIELDS[kind]} for row in activities]


def _finance(activities: Sequence[Activity]) -> dict[str, Any]:
    """All periods, newest document first; standards and shareholders of the newest that tells them."""
    found: dict[str, Any] = dict.fromkeys(FINANCE_FIELDS)
    found |= {"major_shareholders": [], "management_index": []}
    for row in activities:
        for name in FINANCE_FIELDS[:3]:
            found[name] = found[name] or row.data.get(name)
        found["management_index"] += row.data.get("management_index") or []
    found["major_shareholders"] = [
        {**holder, "shareholding_ratio": _number(holder.get("shareholding_ratio"))}
        for holder in found["major_shareholders"]
    ]
    return found


def _workplace(activities: Sequence[Activity]) -> dict[str, Any]:
    """Of several sources the newest that tells a figure."""
    return {
        group: {
            name: next(
                (told for row in activities if (told := _told(row, group, name)) is not None), None
            )
            for name in names
        }
        for group, names in WORKPLACE_GROUPS.items()
    }


def _told(row: Activity, group: str, name: str) -> Any:
    value = (row.data.get(group) or {}).get(name)
    return value if name.endswith("_type") else _number(value)


def _number(value: Any) -> int | float | None:
    """As the interface declares it: whole, or a double, which is its type and not ours."""
    number = decimal_in(str(value)) if value is not None else None
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
