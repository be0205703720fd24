"""What may be asked of activities and details (絞り込みの条件), and the corporations that fit it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date
from itertools import product

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from madoguchi.kernel.database import among
from madoguchi.registry.activities.bands import place_of
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.activities.texts import searched
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation

GRADES = 4


@dataclass(frozen=True)
class Span:
    """Numbers from `least` to `most`, both inside; None: no end there."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Conditions:
    """What must hold of a corporation; empty fields ask nothing, several must all hold.

    `exists`: whether it has any activity. `titles` and `amounts` are asked of one activity of each
    kind named ({"subsidy": "省エネ"}); `kinds` and `ministries` (codes of `ministries`): of any
    activity that is of one of the kinds and by one of the ministries. `figures` asks fields of
    `corporation_detail`, `years` the founding year, `bands` letters of fields in `bands`.
    `shareholder`: part of the name of a major one. `fiscal_years` (年度, from April): of the activity
    that `kinds` and `ministries` ask for. `codes`: details that hold one of these codes. `grades`: by
    the place among the four grades of 全省庁統一資格 (0 to 3: 製造, 販売, 役務, 買受け), letters.
    `any_grade`: letters, one of which is among the four.
    """

    exists: bool | None = None
    kinds: tuple[str, ...] = ()
    ministries: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Span] = field(default_factory=dict)
    figures: Mapping[str, Span] = field(default_factory=dict)
    years: tuple[int, ...] = ()
    bands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shareholder: str = ""
    fiscal_years: tuple[int, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grades: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    any_grade: tuple[str, ...] = ()


def fitting(conditions: Conditions, numbers: Sequence[str] | None = None) -> Select[str]:
    """The statement that gives the numbers that fit, to be joined to others.

    With `numbers` it and each part of it look only at these; None: at all. ValueError for a band that is none.
    """
    query = select(Corporation.number).where(
        Corporation.hidden.is_(False), Corporation.process != DELETED
    )
    if numbers is not None:
        query = query.where(among(Corporation.number, numbers))
    if conditions.exists is not None:
        active = _activities(numbers)
        inside = Corporation.number.in_(active)
        query = query.where(inside if conditions.exists else ~inside)
    for part in (*_of_activities(conditions, numbers), *_of_details(conditions, numbers)):
        query = query.where(Corporation.number.in_(part))
    return query


def _of_activities(conditions: Conditions, numbers: Sequence[str] | None) -> Iterator[Select[str]]:
    if conditions.kinds or conditions.ministries or conditions.fiscal_years:
        asked: list[ColumnElement[bool]] = []
        if conditions.kinds:
            asked.append(Activity.kind.in_(conditions.kinds))
        if conditions.ministries:
            asked.append(Activity.ministry.in_(conditions.ministries))
        if conditions.fiscal_years:
            asked.append(or_(false(), *_in_years(conditions.fiscal_years)))
        yield _activities(numbers, *asked)
    for kind in dict.fromkeys([*conditions.titles, *conditions.amounts]):
        asked = [Activity.kind == kind]
        if part := searched(conditions.titles.get(kind, "")):
            asked.append(func.lower(Activity.title).contains(part, autoescape=True))
        if span := conditions.amounts.get(kind):
            asked += _within(Activity.amount, span)
        yield _activities(numbers, *asked)
    if part := searched(conditions.shareholder):
        yield _activities(
            numbers,
            Activity.kind == "finance",
            func.lower(Activity.target).contains(part, autoescape=True),
        )


def _of_details(conditions: Conditions, numbers: Sequence[str] | None) -> Iterator[Select[str]]:
    for name, span in conditions.figures.items():
        yield _details(numbers, Detail.field == name, *_within(Detail.figure, span))
    if conditions.years:
        yield _details(
            numbers, Detail.field == "founding_year", Detail.figure.in_(conditions.years)
        )
    for name, letters in conditions.bands.items():
        places = [place_of(letter) for letter in letters]
        yield _details(numbers, Detail.field == name, Detail.figure.in_(places))

    for name, codes in conditions.codes.items():
        held = cast(Detail.value, String)
        fits = [held.contains(f'"{code}"', autoescape=True) for code in codes]
        yield _details(numbers, Detail.field == name, or_(*fits))
    for place, letters in conditions.grades.items():
        yield _graded(numbers, [place], letters)
    if conditions.any_grade:
        yield _graded(numbers, range(GRADES), conditions.any_grade)


def _graded(
    numbers: Sequence[str] | None, places: Iterable[int], letters: Sequence[str]
) -> Select[str]:
    """Grades are held as one text, "A,B,,D"; one that is missing leaves its place empty."""
    held = cast(Detail.value, String)
    fits = [
        held.like('"' + "".join(before) + letter + (",%" if place < GRADES - 1 else '"'))
        for place in places
        for before in product(("_,", ","), repeat=place)
        for letter in letters
    ]
    return _details(numbers, Detail.field == "qualification_grade", or_(*fits))


def _in_years(years: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    for year in years:
        if MINYEAR <= year < MAXYEAR:
            yield and_(Activity.day >= date(year, 4, 1), Activity.day < date(year + 1, 4, 1))


def _within(column: InstrumentedAttribute[int | None], span: Span) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = [column.is_not(None)]
    if span.least is not None:
        asked.append(column >= _storable(span.least))
    if span.most is not None:
        asked.append(column <= _storable(span.most))
    return asked


def _storable(number: int) -> int:
    """Beyond 64 bits neither database has a number: nothing is larger than the largest."""
    return max(-(1 << 63), min(number, (1 << 63) - 1))


def _activities(numbers: Sequence[str] | None, *asked: ColumnElement[bool]) -> Select[str]:
    query = select(Activity.number).where(Activity.withdrawn_at.is_(None), *asked)
    return query.where(among(Activity.number, numbers)) if numbers is not None else query


def _details(numbers: Sequence[str] | None, *asked: ColumnElement[bool]) -> Select[str]:
    query = select(Detail.number).where(*asked)
    return query.where(among(Detail.number, numbers)) if numbers is not None else query
