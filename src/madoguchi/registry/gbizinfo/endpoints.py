"""The addresses of gBizINFO's REST interface and what each answers."""

import uuid
from collections.abc import Iterable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madoguchi.registry.activities import kinds
from madoguchi.registry.activities.queries import counts
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.errors import unknown_corporation
from madoguchi.registry.gbizinfo.errors import refuse
from madoguchi.registry.gbizinfo.fields import VERSION_1, VERSION_2, Version
from madoguchi.registry.gbizinfo.parameters import Parameters, number_of
from madoguchi.registry.gbizinfo.searching import numbers, question
from madoguchi.registry.gbizinfo.showing import Info, full, one_section
from madoguchi.registry.gbizinfo.showing import found as found_one
from madoguchi.registry.gbizinfo.updates import PAGE, changed, changed_activities
from madoguchi.registry.interface import Interface
from madoguchi.registry.prepared import Answer, prepared
from madoguchi.registry.whole import Whole, whole

TOKEN = "x-hojininfo-api-token"  # noqa: S105 - the name of a header
MOST_PAGES = 10**9


async def searched(version: Version, request: Request) -> Response:
    """The corporations that fit, a page of them."""
    asked = Parameters(request)
    metadata = _metadata(version, asked)
    wanted = question(asked, version.number)
    asked.check()
    async with request.app.state.database.reading() as session:
        found = await numbers(session, wanted)
        records = await currents(session, found)
        many = await counts(session, found)
    return _answer(
        found_one(records[number], sum(many[number].values()), metadata=metadata)
        for number in found
        if number in records
    )


async def by_number(version: Version, request: Request) -> Response:
    """The full record of a corporation."""
    asked = Parameters(request)
    metadata = _metadata(version, asked)
    number = number_of(request.path_params["number"])
    asked.check()
    make = _MAKERS[version.number, metadata]
    made = await prepared(request.app.state.database, make, number)
    if made is None:
        raise unknown_corporation()
    body = b"".join((_BEFORE, str(uuid.uuid4()).encode(), _BETWEEN, made.body, _AFTER))
    return Response(body, media_type="application/json")


async def section_by_number(version: Version, kind: str, request: Request) -> Response:
    """One section of it."""
    asked = Parameters(request)
    metadata = _metadata(version, asked)
    known = await _known(request, asked)
    return _answer([one_section(version, known.record, kind, known.of(kind), metadata=metadata)])


async def updates(version: Version, request: Request) -> Response:
    """The corporations whose record changed in a period."""
    asked, page, metadata = _period(version, request)
    first, last = asked.day("from"), asked.day("to")
    asked.check()
    async with request.app.state.database.reading() as session:
        total, known = await changed(session, first, last, page)
    return _page((full(version, one, metadata=metadata) for one in known), total, page)


async def section_updates(version: Version, kind: str, request: Request) -> Response:
    """The activities of one kind that changed in a period, by corporation."""
    asked, page, metadata = _period(version, request)
    first, last = asked.day("from"), asked.day("to")
    asked.check()
    async with request.app.state.database.reading() as session:
        total, known = await changed_activities(session, kind, first, last, page)
    infos = (
        one_section(version, one.record, kind, one.activities, metadata=metadata) for one in known
    )
    return _page(infos, total, page)


def _written(version: Version, metadata: bool, known: Whole) -> Answer | None:
    """The full record as it stands in an answer; none of a withdrawn number."""
    if known.record.process == DELETED:
        return None
    return Answer(bytes(JSONResponse(full(version, known, metadata=metadata)).body))


# Made once: what they make is kept under them.
_MAKERS = {
    (version.number, metadata): partial(_written, version, metadata)
    for version in (VERSION_1, VERSION_2)
    for metadata in (False, True)
}


async def _known(request: Request, asked: Parameters) -> Whole:
    number = number_of(request.path_params["number"])
    asked.check()
    async with request.app.state.database.looking() as session:
        known = await whole(session, number)
    if known is None or known.record.process == DELETED:
        raise unknown_corporation()
    return known


def _metadata(version: Version, asked: Parameters) -> bool:
    return version.metadata and bool(asked.flag("metadata_flg"))


def _period(version: Version, request: Request) -> tuple[Parameters, int, bool]:
    asked = Parameters(request)
    page = asked.within("page", 1, MOST_PAGES, 1)
    return asked, page, _metadata(version, asked)


def _answer(infos: Iterable[Info], **more: str) -> Response:
    return JSONResponse(
        {"id": str(uuid.uuid4()), "message": "200 - OK.", "errors": [], "hojin-infos": list(infos)}
        | more
    )


def _page(infos: Iterable[Info], total: int, page: int) -> Response:
    """A page of what changed; its numbers are texts there."""
    return _answer(
        infos,
        totalCount=str(total),
        totalPage=str(-(-total // PAGE)),
        pageNumber=str(page),
    )


# `_answer` of one record, around its id and the record.
_BEFORE, _BETWEEN, _AFTER = (
    b'{"id":"',
    b'","message":"200 - OK.","errors":[],"hojin-infos":[',
    b"]}",
)


def _routes(version: Version) -> tuple[Route, ...]:
    root = f"/hojin/v{version.number}/hojin"
    sections = [kind for kind in kinds.KINDS if version.metadata or kind != kinds.ESTABLISHMENT]
    return (
        Route(root, partial(searched, version)),
        Route(f"{root}/updateInfo", partial(updates, version)),
        *(
            Route(f"{root}/updateInfo/{kind}", partial(section_updates, version, kind))
            for kind in sections
        ),
        Route(f"{root}/{{number}}", partial(by_number, version)),
        *(
            Route(f"{root}/{{number}}/{kind}", partial(section_by_number, version, kind))
            for kind in sections
        ),
    )


INTERFACES = tuple(
    Interface(
        prefix=f"/hojin/v{version.number}/",
        routes=_routes(version),
        numbered={f"/hojin/v{version.number}/hojin": partial(by_number, version)},
        key_of=lambda request: request.headers.get(TOKEN, ""),
        refuse=refuse,
    )
    for version in (VERSION_2, VERSION_1)
)
