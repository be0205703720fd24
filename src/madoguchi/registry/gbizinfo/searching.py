"""GbizINFO's search: its parameters as a question, and the corporations that fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.activities import kinds
from madoguchi.registry.activities.bands import BANDS
from madoguchi.registry.activities.conditions import GRADES, Conditions, Span, fitting
from madoguchi.registry.activities.ministries import MINISTRIES
from madoguchi.registry.corporations.codes import KINDS
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.gbizinfo.parameters import Parameters, number_of
from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.service import search

MOST_PAGES, MOST_OF_A_PAGE, USUAL_PAGE = 10, 5_000, 1_000
MOST = MOST_PAGES * MOST_OF_A_PAGE

SOURCES = {
    "1": kinds.PROCUREMENT,
    "2": kinds.COMMENDATION,
    "3": kinds.CERTIFICATION,
    "4": kinds.SUBSIDY,
    "5": kinds.PATENT,
    "6": kinds.FINANCE,
}
_FIGURES = (
    "capital_stock",
    "employee_number",
    "net_sales_summary_of_business_results",
    "total_assets_summary_of_business_results",
)
_FIGURES_1 = (*_FIGURES, "net_income_loss_summary_of_business_results")
_TITLES_2 = ("patent", "procurement", "subsidy")
_AMOUNTS_2 = ("procurement", "subsidy")
_AREAS = tuple(str(code) for code in range(1, 11))
_GOODS = (*range(1, 25), *range(27, 30))
_ITEMS = tuple(
    str(code)
    for code in (
        *(100 + goods for goods in _GOODS),
        *(200 + goods for goods in _GOODS),
        *range(301, 316),
        401,
        402,
    )
)


@dataclass(frozen=True)
class Question:
    """What is asked. `alternatives`: one of these must hold, all that is in it."""

    number: str = ""
    name: str = ""
    types: tuple[str, ...] = ()
    prefecture: str = ""
    city: str = ""
    alternatives: tuple[Conditions, ...] = field(default=(Conditions(),))
    page: int = 1
    limit: int = USUAL_PAGE

    @property
    def of_activities(self) -> bool:
        """Whether more is asked than the index knows."""
        return any(one != Conditions() for one in self.alternatives)

    @property
    def asked(self) -> Asked:
        """The part the index answers."""
        return Asked(
            name=self.name,
            kinds=self.types,
            prefecture=self.prefecture,
            cities=(self.prefecture + self.city,) if self.city else (),
        )


def question(asked: Parameters, version: int) -> Question:
    """The question of a request. Faults are noted in `asked`."""
    number = asked.text("corporate_number")
    prefecture, city = _code(asked, "prefecture", 2), _code(asked, "city", 3)
    if city and not prefecture:
        asked.fault("city", "prefectureも指定してください。")
    return Question(
        number=number_of(number) if number else "",
        name=asked.text("name"),
        types=asked.listed("corporate_type", KINDS),
        prefecture=prefecture,
        city=city,
        alternatives=tuple(_alternatives(asked, version)),
        page=asked.within("page", 1, MOST_PAGES, 1),
        limit=asked.within("limit", 0, MOST_OF_A_PAGE, USUAL_PAGE),
    )


async def numbers(session: AsyncSession, asked: Question) -> list[str]:
    """The corporations of the page asked for, by name the closest first, else by number."""
    end = asked.page * asked.limit
    start = end - asked.limit
    if not asked.limit:
        return []
    if asked.number:
        found = [asked.number]
    elif asked.name or not asked.of_activities:
        most = MOST if asked.of_activities else end
        hits = (await search(session, replace(asked.asked, limit=most))).hits
        found = [hit.number for hit in hits]
    else:
        return (await _fitting(session, asked, end))[start:]
    return (await _among(session, asked, found))[start:end]


async def _among(session: AsyncSession, asked: Question, found: list[str]) -> list[str]:
    """Those of them that fit, in their order."""
    fit: set[str] = set()
    for one in asked.alternatives:
        fit.update(await session.scalars(fitting(one, found).where(*_columns(asked))))
    return [number for number in found if number in fit]


async def _fitting(session: AsyncSession, asked: Question, end: int) -> list[str]:
    """Without a name the database answers alone, by number."""
    fit: set[str] = set()
    for one in asked.alternatives:
        query = fitting(one).where(*_columns(asked)).order_by(Corporation.number).limit(end)
        fit.update(await session.scalars(query))
    return sorted(fit)[:end]


def _columns(asked: Question) -> Iterator[ColumnElement[bool]]:
    if asked.types:
        yield Corporation.kind.in_(asked.types)
    if asked.prefecture:
        yield Corporation.prefecture_code == asked.prefecture
    if asked.city:
        yield Corporation.city_code == asked.city


def _alternatives(asked: Parameters, version: int) -> Iterator[Conditions]:
    conditions = Conditions(
        exists=asked.flag("exist_flg"),
        kinds=tuple(SOURCES[code] for code in asked.listed("source", SOURCES)),
        ministries=asked.listed("ministry", MINISTRIES),
        figures=_spans(asked, _FIGURES if version > 1 else _FIGURES_1),
        years=asked.integers("founded_year"),
        bands={name: bands for name in BANDS if (bands := asked.listed(name, "ABCD"))},
    )
    if version == 1:
        yield _of_version_1(asked, conditions)
        return
    titles = {kind: text for kind in _TITLES_2 if (text := asked.text(kind))}
    conditions = replace(
        conditions,
        titles=titles,
        amounts={
            kind: span
            for kind, span in zip(
                _AMOUNTS_2,
                (_span(asked, f"{kind}_amount") for kind in _AMOUNTS_2),
                strict=True,
            )
            if span
        },
    )
    # 届出・認定・表彰名: of a certification or of a commendation.
    certified = asked.text("certification")
    if not certified:
        yield conditions
        return
    for kind in (kinds.CERTIFICATION, kinds.COMMENDATION):
        yield replace(conditions, titles={**titles, kind: certified})


def _of_version_1(asked: Parameters, conditions: Conditions) -> Conditions:
    """Nothing taken in so far tells the area (営業エリア) a company works in: none is found by it."""
    codes = {
        "sales_area": asked.listed("sales_area", _AREAS),
        "business_items": asked.listed("business_item", _ITEMS),
    }
    grades = {
        place: asked.listed(f"unified_qualification_sub0{place + 1}", "ABCD")
        for place in range(GRADES)
    }
    return replace(
        conditions,
        shareholder=asked.text("name_major_shareholders"),
        fiscal_years=asked.integers("year"),
        codes={name: wanted for name, wanted in codes.items() if wanted},
        grades={place: letters for place, letters in grades.items() if letters},
        any_grade=asked.listed("unified_qualification", "ABCD"),
    )


def _spans(asked: Parameters, names: tuple[str, ...]) -> Mapping[str, Span]:
    return {name: span for name in names if (span := _span(asked, name))}


def _span(asked: Parameters, name: str) -> Span | None:
    least, most = asked.integer(f"{name}_from"), asked.integer(f"{name}_to")
    if least is not None and most is not None and least > most:
        asked.fault(f"{name}_from", f"{name}_to以下の値を指定してください。")
    return None if least is None and most is None else Span(least, most)


def _code(asked: Parameters, name: str, digits: int) -> str:
    value = asked.text(name)
    if value and not (value.isascii() and value.isdigit() and len(value) == digits):
        asked.fault(name, f"{digits}桁の数字で指定してください。")
        return ""
    return value
