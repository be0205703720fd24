"""Searching corporations: what fits, why, how many of each kind, and where the next page begins."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.kernel.language import Text
from madoguchi.registry.activities.kinds import KINDS as ACTIVITIES
from madoguchi.registry.activities.queries import counts
from madoguchi.registry.corporations.codes import KINDS, STATUS_NAMES
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.errors import invalid_parameter
from madoguchi.registry.rest.answering import answer
from madoguchi.registry.rest.parameters import Parameters
from madoguchi.registry.rest.showing import of_record
from madoguchi.registry.search.asked import Asked, Match
from madoguchi.registry.search.service import search

MOST = 100
PARAMETERS = (
    "q", "name", "address", "kind", "prefecture", "city", "status", "activity", "limit", "cursor",
    "facets",
)  # fmt: skip

MATCHES: Mapping[Match, Text] = {
    "exact": {"ja": "名称が一致", "en": "The name is the same"},
    "core": {"ja": "法人格を除いた名称が一致", "en": "The name without its legal form is the same"},
    "former": {"ja": "以前の名称が一致", "en": "A former name"},
    "kana": {"ja": "フリガナが一致", "en": "The reading"},
    "english": {"ja": "英語表記が一致", "en": "The English name"},
    "part": {"ja": "名称の一部が一致", "en": "Part of the name"},
    "address": {"ja": "所在地が一致", "en": "The address"},
    "number": {"ja": "法人番号が一致", "en": "The corporate number"},
    "all": {"ja": "絞り込みの条件に一致", "en": "Fits the conditions"},
}


async def searched(request: Request) -> Response:
    """Corporations by name, reading, address or number as somebody types them, the closest first."""
    wanted = question(Parameters(request, PARAMETERS))
    async with request.app.state.database.looking() as session:
        found = await search(session, wanted)
        numbers = [hit.number for hit in found.hits]
        records = await currents(session, numbers)
        many = await counts(session, numbers)
    items = [
        of_record(records[hit.number])
        | {
            "match": {"code": hit.match, **MATCHES[hit.match]},
            "score": hit.score,
            "activity_counts": many[hit.number],
        }
        for hit in found.hits
        if hit.number in records
    ]
    shown: dict[str, Any] = {"total": found.total, "items": items, "next": found.after or None}
    if wanted.facets:
        shown["facets"] = {
            name: _counted(name, values) for name, values in sorted(found.facets.items())
        }
    if found.limited:
        shown["limited"] = True
    return answer(request, shown, **_link(request, found.after))


def question(asked: Parameters) -> Asked:
    """The question of a request. RegistryError 422 for what cannot be asked."""
    cities = asked.texts("city")
    if any(not (city.isascii() and city.isdigit() and len(city) == 5) for city in cities):
        raise invalid_parameter(
            "city",
            "cityは5桁の市区町村コードを指定してください。",
            "city must be a code of five digits.",
        )
    status = asked.one_of("status", ("open", "closed"), "")
    return Asked(
        text=asked.text("q"),
        name=asked.text("name"),
        address=asked.text("address"),
        kinds=asked.texts("kind", tuple(KINDS)),
        prefecture=asked.one_of("prefecture", _PREFECTURES, ""),
        cities=cities,
        status="open" if status == "open" else "closed" if status else "",
        activities=asked.texts("activity", tuple(ACTIVITIES)),
        limit=asked.integer("limit", 1, MOST, 20),
        after=asked.text("cursor", 1_000),
        facets=asked.one_of("facets", ("true", "false"), "false") == "true",
    )


_PREFECTURES = tuple(f"{code:02}" for code in range(1, 48))


def _counted(name: str, values: Mapping[str, int]) -> list[dict[str, Any]]:
    """A facet: codes with their words where there are some, the most frequent first."""
    words: Mapping[str, Mapping[str, str]] = {
        "kind": KINDS,
        "status": STATUS_NAMES,
        "activity": {kind: {"ja": word} for kind, word in ACTIVITIES.items()},
        "prefecture": dict(zip(_PREFECTURES, ({"ja": word} for word in PREFECTURES), strict=True)),
    }.get(name, {})
    ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    return [{"code": code, "count": count, **words.get(code, {})} for code, count in ordered]


def _link(request: Request, after: str) -> dict[str, str]:
    if not after:
        return {}
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    here = f"{request.url.path}?{urlencode([*kept, ('cursor', after)])}"
    return {"Link": f'<{here}>; rel="next"'}
