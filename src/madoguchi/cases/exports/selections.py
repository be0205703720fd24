"""What is exported (対象): the cases a list shows, read with the rights of whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_cases
from madoguchi.cases.desk.tray import OPEN, TABS, TrayQuery, selected
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.exports.cases import Layout, Names, layout
from madoguchi.cases.filing.queries import GROUPS, narrowed
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where, roles_at
from madoguchi.procedures import service as procedures

DESK, OWN = SOURCES = ("desk", "cases")
FILTERS: Mapping[str, tuple[str, ...]] = {
    DESK: ("tab", "procedure", "state", "agency", "q"),
    OWN: ("group", "q", "branch"),
}
LONGEST_FILTER = 100


@dataclass(frozen=True)
class Selection:
    """Cases of the desk (a tab of the tray with its filters) or one's own (a group, words)."""

    source: str
    filters: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As an export keeps it."""
        return {"source": self.source, **self.filters}


@dataclass(frozen=True)
class Counted:
    """How much a selection holds: cases, by version (digest) of their procedures."""

    total: int
    digests: tuple[str, ...]


def selection_of(values: Mapping[str, Any]) -> Selection:
    """The selection that was asked for; what is not a filter of its source is passed over.

    CaseError 422 for another source, a tab or a group there is not.
    """
    source = str(values.get("source"))
    if source not in FILTERS:
        raise _unknown("source")
    filters = {
        name: str(values[name]).strip()[:LONGEST_FILTER]
        for name in FILTERS[source]
        if values.get(name)
    }
    if filters.get("tab", OPEN) not in TABS:
        raise _unknown("tab")
    if filters.get("group", "all") not in GROUPS:
        raise _unknown("group")
    return Selection(source, filters)


def agencies_in(actor: Actor, selection: Selection) -> list[str]:
    """The agencies whose cases the selection may hold for this actor. CaseError 403 for none."""
    if selection.source != DESK:
        return []
    agencies = agencies_where(actor) if actor.kind == "official" else frozenset()
    if not agencies:
        raise case_error(
            "not_for_this_account",
            403,
            "この一覧を書き出せるのは、担当の機関の職員だけです。",
            "Only officials of the agency can export this list.",
        )
    chosen = selection.filters.get("agency")
    return sorted({chosen} & agencies if chosen else agencies)


def conditions(
    session: AsyncSession, actor: Actor, selection: Selection, today: date
) -> list[ColumnElement[bool]]:
    """The conditions of the cases selected, those this actor may see only."""
    filters = selection.filters
    if selection.source == OWN:
        return [
            own_cases(actor),
            *narrowed(filters.get("group", "all"), filters.get("q", ""), filters.get("branch", "")),
        ]
    query = TrayQuery(
        tab=filters.get("tab", OPEN),
        procedure_id=filters.get("procedure"),
        state=filters.get("state"),
        agency_id=filters.get("agency"),
        text=filters.get("q", ""),
    )
    return selected(session, actor.id, agencies_in(actor, selection), query, today)


async def count(session: AsyncSession, actor: Actor, selection: Selection, today: date) -> Counted:
    """How many cases are selected, and of which versions."""
    rows = (
        await session.execute(
            select(Case.digest, func.count())
            .where(*conditions(session, actor, selection, today))
            .group_by(Case.digest)
        )
    ).all()
    return Counted(sum(row[1] for row in rows), tuple(row[0] for row in rows))


async def layout_of(
    session: AsyncSession,
    actor: Actor,
    selection: Selection,
    counted: Counted,
    language: str | None,
    today: date,
) -> Layout:
    """The sheets these cases fill, in a language for people or, with None, for programs."""
    official = selection.source == DESK
    order = {line.digest: place for place, line in enumerate(await procedures.versions(session))}
    digests = sorted(counted.digests, key=lambda digest: order.get(digest, len(order)))
    agencies = {item.id: dict(item.name) for item in await identity.agencies(session)}
    people: Mapping[str, str] = {}
    if official:
        assigned = select(Case.assignee_id).where(
            *conditions(session, actor, selection, today), Case.assignee_id.is_not(None)
        )
        ids = [id for id in await session.scalars(assigned.distinct()) if id]
        people = await identity.people_named(session, ids)
    roles = {agency: roles_at(actor, agency) for agency in agencies_in(actor, selection)}
    return layout(
        [await procedures.package(session, digest) for digest in digests],
        Names(language, agencies, people),
        official=official,
        roles=roles,
    )


def _unknown(name: str) -> CaseError:
    return case_error(
        "unknown_selection",
        422,
        "書き出す対象({name})の指定が正しくありません。一覧の画面からやり直してください。",
        "What to export ({name}) is not clear. Please start again from the list.",
        {"name": name},
    )
