"""Figures of an office (処理状況): what is open and how old, what was decided and how fast.

Standard periods and how they are kept (行政手続法 第6条), the share filed on line, and the questions
that had to be corrected most. Counted by the database; percentiles from its histograms.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.models import CorrectionPoint
from madoguchi.cases.models import Case
from madoguchi.cases.transition import WITHDRAWN
from madoguchi.kernel.clock import JST, as_utc
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures

AGES = ((0, 7), (8, 14), (15, 30), (31, 60), (61, None))
MOST_QUESTIONS = 15


@dataclass(frozen=True)
class Span:
    """A span of days in Japan, both included, and the procedure looked at (None: all)."""

    first: date
    last: date
    procedure_id: str | None = None

    def moments(self) -> tuple[datetime, datetime]:
        """Its beginning, and the first moment after it."""
        return midnight(self.first), midnight(self.last + timedelta(days=1))


@dataclass(frozen=True)
class Pace:
    """How fast a procedure's cases were decided, in open days without pauses."""

    procedure_id: str
    title: Text
    decided: int
    median: int
    ninetieth: int
    in_time: int
    late: int


@dataclass(frozen=True)
class Question:
    """A question that had to be corrected: how often, and in how many of a hundred filings."""

    title: Text
    label: Text
    count: int
    percent: int


@dataclass(frozen=True)
class Figures:
    """Everything the overview shows."""

    states: Sequence[tuple[Text, int]]
    ages: Sequence[tuple[int, int | None, int]]
    months: Sequence[tuple[date, int, int]]
    paces: Sequence[Pace]
    outcomes: Mapping[str, int]
    in_time: int
    late: int
    channels: Mapping[str, int]
    questions: Sequence[Question]

    @property
    def open(self) -> int:
        """How many cases are in progress now."""
        return sum(count for _, count in self.states)

    @property
    def decided(self) -> int:
        """How many were decided in the span; withdrawn ones are not decisions."""
        return sum(count for name, count in self.outcomes.items() if name != WITHDRAWN)

    @property
    def online_percent(self) -> int | None:
        """The share of filings made on line (page or program), of all that arrived."""
        every = sum(self.channels.values())
        online = sum(n for channel, n in self.channels.items() if channel in ("web", "api"))
        return round(online * 100 / every) if every else None

    @property
    def in_time_percent(self) -> int | None:
        """The share decided within the standard period, of those that have one."""
        every = self.in_time + self.late
        return round(self.in_time * 100 / every) if every else None


async def figures(
    session: AsyncSession, agencies: Collection[str], span: Span, today: date
) -> Figures:
    """The figures of these agencies."""
    at: list[ColumnElement[bool]] = [Case.agency_id.in_(sorted(agencies))]
    if span.procedure_id is not None:
        at.append(Case.procedure_id == span.procedure_id)
    begin, end = span.moments()
    decided = [*at, Case.stage == "done", Case.decided_at >= begin, Case.decided_at < end]
    arrived = [*at, Case.arrived_at >= begin, Case.arrived_at < end]
    outcomes = await _grouped(session, Case.outcome, decided)
    timely = await _grouped(session, Case.on_time, [*decided, Case.on_time.is_not(None)])
    return Figures(
        states=await _states(session, at),
        ages=await _ages(session, at, today),
        months=await _months(session, at, span),
        paces=await _paces(session, decided),
        outcomes={str(name): count for name, count in outcomes.items()},
        in_time=timely.get(True, 0),
        late=timely.get(False, 0),
        channels={str(k): v for k, v in (await _grouped(session, Case.channel, arrived)).items()},
        questions=await _questions(session, agencies, span, arrived),
    )


def midnight(day: date) -> datetime:
    """The first moment of a day in Japan."""
    return as_utc(datetime.combine(day, time(), JST))


def percentile(histogram: Mapping[int, int], percent: int) -> int:
    """The smallest value that at least `percent` of a hundred do not exceed; 0 of nothing."""
    needed = sum(histogram.values()) * percent
    seen = 0
    for value in sorted(histogram):
        seen += histogram[value] * 100
        if seen >= needed and histogram[value]:
            return value
    return 0


def months_of(span: Span) -> list[date]:
    """The first days of the months a span touches, twelve at most, the last ones."""
    months = [span.first.replace(day=1)]
    while (following := _next_month(months[-1])) <= span.last:
        months.append(following)
    return months[-12:]


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


async def _grouped(
    session: AsyncSession, column: Any, conditions: Sequence[ColumnElement[bool]]
) -> dict[Any, int]:
    rows = await session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {row[0]: row[1] for row in rows}


async def _states(
    session: AsyncSession, at: Sequence[ColumnElement[bool]]
) -> list[tuple[Text, int]]:
    rows = await session.execute(
        select(Case.digest, Case.state, func.count())
        .where(*at, Case.stage != "done")
        .group_by(Case.digest, Case.state)
    )
    totals: dict[str, tuple[Text, int]] = {}
    for digest, state, count in rows:
        label = (await procedures.package(session, digest)).machine.states[state].label
        known = totals.get(label["ja"], (label, 0))
        totals[label["ja"]] = (label, known[1] + count)
    return sorted(totals.values(), key=lambda item: -item[1])


async def _ages(
    session: AsyncSession, at: Sequence[ColumnElement[bool]], today: date
) -> list[tuple[int, int | None, int]]:
    sums = []
    for low, high in AGES:
        newest = midnight(today - timedelta(days=low - 1))
        inside = Case.arrived_at < newest
        if high is not None:
            inside &= Case.arrived_at >= midnight(today - timedelta(days=high))
        sums.append(func.sum(case((inside, 1), else_=0)))
    row = (await session.execute(select(*sums).where(*at, Case.stage != "done"))).one()
    return [(low, high, int(count or 0)) for (low, high), count in zip(AGES, row, strict=True)]


async def _months(
    session: AsyncSession, at: Sequence[ColumnElement[bool]], span: Span
) -> list[tuple[date, int, int]]:
    """(month, arrived, decided) for each month."""
    months = months_of(span)
    bounds = [(midnight(first), midnight(_next_month(first))) for first in months]
    counted = []
    for column in (Case.arrived_at, Case.decided_at):
        sums = [
            func.sum(case(((column >= begin) & (column < end), 1), else_=0))
            for begin, end in bounds
        ]
        within = (column >= bounds[0][0]) & (column < bounds[-1][1])
        row = (await session.execute(select(*sums).where(*at, within))).one()
        counted.append([int(count or 0) for count in row])
    return list(zip(months, *counted, strict=True))


async def _paces(session: AsyncSession, decided: Sequence[ColumnElement[bool]]) -> list[Pace]:
    rows = await session.execute(
        select(
            Case.procedure_id,
            func.max(Case.digest),
            Case.processing_days,
            func.count(),
            func.sum(case((Case.on_time.is_(True), 1), else_=0)),
            func.sum(case((Case.on_time.is_(False), 1), else_=0)),
        )
        .where(*decided, Case.processing_days.is_not(None))
        .group_by(Case.procedure_id, Case.processing_days)
    )
    found: dict[str, dict[str, Any]] = {}
    for procedure_id, digest, days, count, in_time, late in rows:
        one = found.setdefault(
            procedure_id, {"digest": digest, "days": {}, "in_time": 0, "late": 0}
        )
        one["days"][days] = count
        one["in_time"] += int(in_time or 0)
        one["late"] += int(late or 0)
    paces = [
        Pace(
            procedure_id,
            (await procedures.package(session, one["digest"])).title,
            sum(one["days"].values()),
            percentile(one["days"], 50),
            percentile(one["days"], 90),
            one["in_time"],
            one["late"],
        )
        for procedure_id, one in found.items()
    ]
    return sorted(paces, key=lambda pace: -pace.decided)


async def _questions(
    session: AsyncSession,
    agencies: Collection[str],
    span: Span,
    arrived: Sequence[ColumnElement[bool]],
) -> list[Question]:
    begin, end = span.moments()
    point = CorrectionPoint
    conditions: list[ColumnElement[bool]] = [
        point.agency_id.in_(sorted(agencies)),
        point.at >= begin,
        point.at < end,
    ]
    if span.procedure_id is not None:
        conditions.append(point.procedure_id == span.procedure_id)
    rows = (
        await session.execute(
            select(
                point.procedure_id,
                point.pointer,
                func.max(point.digest),
                func.count(point.case_id.distinct()).label("cases"),
            )
            .where(*conditions)
            .group_by(point.procedure_id, point.pointer)
            .order_by(func.count(point.case_id.distinct()).desc(), point.pointer)
            .limit(MOST_QUESTIONS)
        )
    ).all()
    filed = await _grouped(session, Case.procedure_id, arrived)
    found = []
    for procedure_id, pointer, digest, count in rows:
        package = await procedures.package(session, digest)
        key = pointer.removeprefix("/attachments/")
        attachment = package.attachments.get(key) if key != pointer else None
        field = package.field_at(pointer)
        label = attachment.spec.label if attachment else field.label if field else {"ja": pointer}
        total = max(filed.get(procedure_id, 0), count)
        found.append(
            Question(
                package.title,
                {str(language): text for language, text in label.items()},
                count,
                round(count * 100 / total) if total else 0,
            )
        )
    return found
