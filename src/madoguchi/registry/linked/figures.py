"""The figures (数量) of finance and workplaces: which field is which indicator (指標)."""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.registry.activities.columns import FIGURES
from madoguchi.registry.activities.vocabulary import REST
from madoguchi.registry.gbizinfo.fields import decimal
from madoguchi.registry.linked.tree import Thing
from madoguchi.registry.linked.vocabulary import (
    CODE_LITERAL,
    DECIMAL,
    INDICATOR,
    hj,
    ic,
    text,
    typed,
)

FINANCE, WORKPLACE = "財務情報", "職場情報"
FINANCE_INDICATORS: Mapping[str, str] = {
    field: name.removesuffix("（△）") for field, name in FIGURES.items()
}
WORKPLACE_INDICATORS: Mapping[str, tuple[str, str]] = {
    "average_continuous_service_years_Male": ("男性平均継続勤務年数", "年"),
    "average_continuous_service_years_Female": ("女性平均継続勤務年数", "年"),
    "average_continuous_service_years": ("正社員平均継続勤務年数", "年"),
    "average_age": ("従業員平均年齢", "歳"),
    "month_average_predetermined_overtime_hours": ("月平均所定外労働時間", "時間"),
    "female_workers_proportion": ("女性労働者割合", "％"),
    "female_share_of_manager": ("女性管理職人数", "人"),
    "gender_total_of_manager": ("管理職人数", "人"),
    "female_share_of_officers": ("女性役員人数", "人"),
    "gender_total_of_officers": ("役員人数", "人"),
    "number_of_paternity_leave": ("育児休業対象者数（男性）", "人"),
    "number_of_maternity_leave": ("育児休業対象者数（女性）", "人"),
    "paternity_leave_acquisition_num": ("育児休業取得者数（男性）", "人"),
    "maternity_leave_acquisition_num": ("育児休業取得者数（女性）", "人"),
}


SIZES: Mapping[str, str] = {
    "職場情報-企業規模": "企業規模",
    "職場情報-企業規模詳細(男性)": "企業規模詳細（男性）",
    "職場情報-企業規模詳細(女性)": "企業規模詳細（女性）",
}
"""The indicators that only columns of the file tell."""


def finance_collections(data: Mapping[str, Any]) -> Iterator[Thing]:
    """One collection (数量コレクション) for each period of a finance activity."""
    for period in _objects(data.get("management_index")):
        figures = [
            _quantity(FINANCE, name, value, str(period.get(f"{field}_unit_ref") or ""))
            for field, name in FINANCE_INDICATORS.items()
            if (value := decimal(period.get(field))) is not None
        ]
        if figures:
            yield _collection(figures)


def workplace_collections(data: Mapping[str, Any]) -> Iterator[Thing]:
    """The collection of a workplace activity; nothing when it tells no figure."""
    groups = [value for value in data.values() if isinstance(value, dict)]
    figures = [
        _quantity(WORKPLACE, name, value, unit, str(group.get(f"{field}_type") or ""))
        for group in groups
        for field, (name, unit) in WORKPLACE_INDICATORS.items()
        if (value := decimal(group.get(field))) is not None
    ]
    columns = data.get(REST)
    figures += [
        _quantity(WORKPLACE, name, value, "人")
        for column, name in SIZES.items()
        if isinstance(columns, dict) and (value := decimal(columns.get(column))) is not None
    ]
    if figures:
        yield _collection(figures)


def shareholders(data: Mapping[str, Any]) -> Iterator[Thing]:
    """The major shareholders (株主情報) in their order."""
    for place, holder in enumerate(_objects(data.get("major_shareholders")), 1):
        share = decimal(holder.get("shareholding_ratio"))
        yield Thing(
            hj("株主情報型"),
            (
                (hj("順位"), text(str(place))),
                (ic("表記"), text(str(holder.get("name_major_shareholders") or ""))),
                *([] if share is None else [(hj("所有比率"), typed(f"{share:f}", DECIMAL))]),
            ),
        )


def _collection(figures: list[Thing]) -> Thing:
    return Thing(hj("数量コレクション型"), tuple((hj("数量"), figure) for figure in figures))


def _quantity(family: str, name: str, value: Any, unit: str, sort: str = "") -> Thing:
    """A figure. The indicator is a typed literal, not an IRI: queries written for it say so."""
    return Thing(
        hj("数量型"),
        (
            (ic("数値"), typed(f"{value:f}", DECIMAL)),
            (hj("指標"), typed(f"{INDICATOR}{family}/{name}", CODE_LITERAL)),
            *([(ic("単位表記"), text(unit))] if unit else []),
            *([(ic("種別"), text(sort))] if sort else []),
        ),
    )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
