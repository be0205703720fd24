"""One corporation by its number: what is known, what was known on a day, its history, activities."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.japanese import parse_corporate_number
from madoguchi.registry.activities.kinds import KINDS
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.queries import Past, as_of, current, history
from madoguchi.registry.errors import RegistryError, unknown_corporation
from madoguchi.registry.prepared import Answer, prepared
from madoguchi.registry.rest.answering import answer, send, written
from madoguchi.registry.rest.parameters import LONGEST, Parameters
from madoguchi.registry.rest.showing import of_act, of_past, of_record, of_whole
from madoguchi.registry.whole import Act, Whole
from madoguchi.web.paging import after, link_header, page_of, read_cursor

LIST = "registry.activities"
MOST = 500


async def by_number(request: Request) -> Response:
    """All that is known; with `as_of` or `known_on` the record of that day alone."""
    if request.scope["query_string"]:
        asked = Parameters(request, ("as_of", "known_on"))
        if asked.text("as_of") or asked.text("known_on"):
            return await _on_a_day(request, asked)
    made = await prepared(request.app.state.database, _written, number_of(request))
    if made is None:
        raise unknown_corporation()
    return send(request, made)


async def history_of(request: Request) -> Response:
    """Every record, newest first."""
    Parameters(request, ())
    found = await _history(request)
    records = [of_past(item, latest=place == 0) for place, item in enumerate(found)]
    return answer(request, {"corporate_number": found[0].record.number, "records": records})


async def activities_of(request: Request) -> Response:
    """Its activities, those told last first, page by page; of some kinds or all."""
    asked = Parameters(request, ("kind", "cursor", "limit"))
    kinds = asked.texts("kind", tuple(KINDS))
    limit = asked.integer("limit", 1, MOST, 100)
    number, cursor = number_of(request), asked.text("cursor", 1_000)
    secret = request.app.state.settings.secret_key
    behind = read_cursor(secret, LIST, cursor) if cursor else ()
    async with request.app.state.database.looking() as session:
        record = await current(session, number)
        if record is None:
            raise unknown_corporation()
        gone = record.process == DELETED
        rows = [] if gone else await _activities(session, number, kinds, behind, limit)
    page = page_of(rows, limit, secret, LIST, lambda row: (row.updated_on, row.id))
    shown = {"items": [of_act(_act(row)) for row in page.items], "next": page.next}
    here = f"{request.url.path}?limit={limit}" + (f"&kind={','.join(kinds)}" if kinds else "")
    return answer(request, shown, **link_header(here, page))


def number_of(request: Request) -> str:
    """The corporate number of the path, in either width. JapaneseInputError 422."""
    return parse_corporate_number(request.path_params["number"][:LONGEST])


def _written(known: Whole) -> Answer:
    return written(of_whole(known))


async def _on_a_day(request: Request, asked: Parameters) -> Response:
    today = jst_date(request.app.state.clock())
    held_on, known_on = asked.day("as_of") or today, asked.day("known_on") or today
    found = as_of(await _history(request), held_on, known_on)
    if found is None:
        raise RegistryError(
            "corporation_not_yet",
            404,
            {
                "ja": "その時点では、この法人番号の記録はありません。",
                "en": "There was no record of this corporate number then.",
            },
        )
    shown = of_record(found) | {"as_of": str(held_on), "known_on": str(known_on)}
    return answer(request, shown)


async def _history(request: Request) -> list[Past]:
    async with request.app.state.database.reading() as session:
        found = await history(session, number_of(request))
    if not found:
        raise unknown_corporation()
    return found


async def _activities(
    session: AsyncSession,
    number: str,
    kinds: Sequence[str],
    behind: tuple[Any, ...],
    limit: int,
) -> list[Activity]:
    order = [Activity.updated_on, Activity.id]
    query = select(Activity).where(Activity.number == number, Activity.withdrawn_at.is_(None))
    if kinds:
        query = query.where(Activity.kind.in_(kinds))
    if behind:
        query = query.where(after(order, behind, descending=True))
    query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
    return list(await session.scalars(query))


def _act(row: Activity) -> Act:
    return Act(row.kind, row.source, row.key, row.data, row.day, row.updated_on, row.recorded_at)
