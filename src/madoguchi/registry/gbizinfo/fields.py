"""What the two versions hold: the fields of a corporation and of each section, with their types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from madoguchi.registry.activities import columns, kinds

Kind = Callable[[Any], Any]
MOST = 2**63 - 1  # integers are int64


def text(value: Any) -> str | None:
    """A text; None for nothing."""
    return None if value is None or value == "" else str(value)


def whole(value: Any) -> int | None:
    """A whole number, also of what was published as text ("1,200"); None for what is none."""
    number = decimal(value)
    if number is None or number != number.to_integral_value() or abs(number) > MOST:
        return None
    return int(number)


def fraction(value: Any) -> float | None:
    """A number that may have a fraction; None for what is none. A share or mean, never money."""
    number = decimal(value)
    return None if number is None or abs(number) > MOST else float(number)


def decimal(value: Any) -> Decimal | None:
    """The number a value is or spells."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def texts(value: Any) -> list[str] | None:
    """A list of texts; None for an empty one."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part]
    return [str(item) for item in value] or None if isinstance(value, list) else None


def objects(value: Any) -> list[dict[str, str]]:
    """The classifications of a patent: objects of texts, under whatever keys they came."""
    if not isinstance(value, list):
        return []
    return [
        {str(name): str(part) for name, part in item.items() if part is not None}
        for item in value
        if isinstance(item, dict)
    ]


SCALARS: Mapping[str, Kind] = {
    "corporate_number": text,
    "postal_code": text,
    "location": text,
    "name": text,
    "kana": text,
    "name_en": text,
    "status": text,
    "update_date": text,
    "close_date": text,
    "close_cause": text,
    "representative_name": text,
    "capital_stock": whole,
    "employee_number": whole,
    "company_size_male": whole,
    "company_size_female": whole,
    "business_items": texts,
    "business_summary": text,
    "company_url": text,
    "founding_year": whole,
    "date_of_establishment": text,
    "qualification_grade": text,
}
SCALARS_2: Mapping[str, Kind] = {
    **SCALARS,
    "kind": text,
    "process": text,
    "aggregated_year": text,
    "industry": texts,
}
SCALARS_1: Mapping[str, Kind] = {
    **SCALARS,
    "number_of_activity": text,
    "representative_position": text,
}


def _texts_of(kind: str, *left_out: str) -> dict[str, Kind]:
    """The fields that a file of a kind holds, but those that only one version shows."""
    return {name: text for name in columns.FIELDS[kind] if name not in left_out}


_CERTIFICATION = _texts_of(kinds.CERTIFICATION, "expiration_date")
_COMMENDATION = _texts_of(kinds.COMMENDATION, "note")
_PATENT = {**_texts_of(kinds.PATENT, "registration_number"), "classifications": objects}
_PROCUREMENT = {**_texts_of(kinds.PROCUREMENT, "note"), "amount": whole}
_SUBSIDY = _texts_of(kinds.SUBSIDY, "note", "subsidy_resource")
_ESTABLISHMENT = {
    "corporation_name": text,
    "corporation_name_furigana": text,
    "corporation_location": text,
    "corporation_location_furigana": text,
    "insured_number": text,
    "loss_date": text,
}
MANAGEMENT_INDEX: Mapping[str, Kind] = {
    "period": text,
    **{
        name: kind
        for figure in columns.FIGURES
        for name, kind in ((figure, whole), (f"{figure}_unit_ref", text))
    },
}
SHAREHOLDER: Mapping[str, Kind] = {
    "name_major_shareholders": text,
    "shareholding_ratio": fraction,
}
FINANCE: Mapping[str, Kind] = {"accounting_standards": text, "fiscal_year_cover_page": text}
WORKPLACE: Mapping[str, Mapping[str, Kind]] = {
    "base_infos": {
        "average_continuous_service_years_type": text,
        "average_continuous_service_years_Male": fraction,
        "average_continuous_service_years_Female": fraction,
        "average_continuous_service_years": fraction,
        "average_age": fraction,
        "month_average_predetermined_overtime_hours": fraction,
    },
    "women_activity_infos": {
        "female_workers_proportion_type": text,
        "female_workers_proportion": fraction,
        "female_share_of_manager": whole,
        "gender_total_of_manager": whole,
        "female_share_of_officers": whole,
        "gender_total_of_officers": whole,
    },
    "compatibility_of_childcare_and_work": {
        "number_of_paternity_leave": whole,
        "number_of_maternity_leave": whole,
        "paternity_leave_acquisition_num": whole,
        "maternity_leave_acquisition_num": whole,
    },
}


@dataclass(frozen=True)
class Section:
    """A section that is a list: its key in the answer, the fields of its items."""

    key: str
    fields: Mapping[str, Kind]


@dataclass(frozen=True)
class Version:
    """What one version of the interface holds. `metadata`: it tells where each field comes from."""

    number: int
    scalars: Mapping[str, Kind]
    lists: Mapping[str, Section]
    metadata: bool


VERSION_2 = Version(
    2,
    SCALARS_2,
    {
        kinds.CERTIFICATION: Section("certification", _CERTIFICATION),
        kinds.COMMENDATION: Section("commendation", {**_COMMENDATION, "note": text}),
        kinds.ESTABLISHMENT: Section("corporation-info", _ESTABLISHMENT),
        kinds.PATENT: Section("patent", {**_PATENT, "registration_number": text, "url": text}),
        kinds.PROCUREMENT: Section("procurement", {**_PROCUREMENT, "note": text}),
        kinds.SUBSIDY: Section("subsidy", _SUBSIDY),
    },
    metadata=True,
)
VERSION_1 = Version(
    1,
    SCALARS_1,
    {
        kinds.CERTIFICATION: Section(
            "certification", {**_CERTIFICATION, "enterprise_scale": text, "expiration_date": text}
        ),
        kinds.COMMENDATION: Section("commendation", _COMMENDATION),
        kinds.PATENT: Section("patent", {**_PATENT, "application_number": text}),
        kinds.PROCUREMENT: Section("procurement", {**_PROCUREMENT, "joint_signatures": texts}),
        kinds.SUBSIDY: Section(
            "subsidy",
            {**_SUBSIDY, "note": text, "subsidy_resource": text, "joint_signatures": texts},
        ),
    },
    metadata=False,
)
