"""The addresses of the Web-API and what each answers."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madoguchi.registry.houjin import asking
from madoguchi.registry.houjin.asking import (
    Period,
    by_numbers,
    last_update,
    published,
    with_history,
)
from madoguchi.registry.houjin.errors import BAD_DATE, TOO_LONG, ApiFault, missing, refuse
from madoguchi.registry.houjin.naming import ENGLISH, EXACT, FUZZY, Wanted, by_name
from madoguchi.registry.houjin.parameters import Parameters
from madoguchi.registry.houjin.rows import Answer, Format
from madoguchi.registry.interface import Interface

LONGEST_PERIOD = timedelta(days=50)


async def by_number(request: Request) -> Response:
    """Up to ten corporations by their numbers, with their history if asked for."""
    asked = Parameters(request)
    format, numbers = asked.format(), asked.numbers()
    history = asked.one_of("history", "01", "0") == "1"
    async with request.app.state.database.looking() as session:
        find = with_history if history else by_numbers
        rows, day = await find(session, numbers)
    return _answer(format, Answer(tuple(rows), day, len(rows), 1, 1))


async def by_period(request: Request) -> Response:
    """Every record published in a period of at most fifty days, as in the daily files."""
    asked = Parameters(request)
    format, division = asked.format(), asked.division()
    first, last = asked.day("from", needed=True), asked.day("to", needed=True)
    if first is None or last is None:
        raise missing("from")
    if last < first:
        raise ApiFault(BAD_DATE, "取得期間の終了日が開始日より前です。")
    if last - first >= LONGEST_PERIOD:
        raise ApiFault(TOO_LONG, "取得期間は50日以内で指定してください。")
    period = Period(first, last, asked.place(), asked.kinds())
    async with request.app.state.database.reading() as session:
        total, rows = await published(session, period, division)
        day = await last_update(session)
    divisions = max(1, -(-total // asking.DIVISION))
    return _answer(
        format,
        Answer(tuple(rows), day, total, division, divisions, (division - 1) * asking.DIVISION + 1),
    )


async def named(request: Request) -> Response:
    """Corporations by their name."""
    asked = Parameters(request)
    format, division = asked.format(), asked.division()
    target = asked.one_of("target", "123", FUZZY)
    wanted = Wanted(
        name=asked.text("name", needed=True),
        target=ENGLISH if target == ENGLISH else EXACT if target == EXACT else FUZZY,
        begins=asked.one_of("mode", "12", "1") == "1",
        former=asked.one_of("change", "01", "0") == "1",
        closed=asked.one_of("close", "01", "1") == "1",
        place=asked.place(),
        kinds=asked.kinds(),
        first=asked.day("from"),
        last=asked.day("to"),
    )
    async with request.app.state.database.reading() as session:
        found = await by_name(session, wanted)
        day = await last_update(session)
    start = (division - 1) * asking.DIVISION
    rows = tuple((record, True) for record in found[start : start + asking.DIVISION])
    divisions = max(1, -(-len(found) // asking.DIVISION))
    return _answer(format, Answer(rows, day, len(found), division, divisions, start + 1))


def _answer(format: Format, answer: Answer) -> Response:
    return Response(
        format.write(answer), media_type=None, headers={"Content-Type": format.media_type}
    )


INTERFACES = (
    Interface(
        prefix="/4/",
        routes=(Route("/4/num", by_number), Route("/4/diff", by_period), Route("/4/name", named)),
        key_of=lambda request: request.query_params.get("id", ""),
        refuse=refuse,
    ),
)
