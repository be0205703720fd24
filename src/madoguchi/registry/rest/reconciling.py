"""Reconciliation (突合): the Reconciliation Service API 0.2 of the W3C group, as OpenRefine speaks it.

Candidates come from matching (名寄せ), which says how likely each is; behind them what the search finds
besides. What a name alone finds is never marked as the same: hundreds of thousands of corporations
share their names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from madoguchi.registry.corporations.codes import KINDS
from madoguchi.registry.corporations.queries import current, currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.errors import RegistryError, invalid_parameter, unknown_corporation
from madoguchi.registry.matching.evidence import Described
from madoguchi.registry.matching.service import Candidate, match
from madoguchi.registry.rest.answering import OPEN, answer
from madoguchi.registry.rest.extending import extended
from madoguchi.registry.rest.parameters import Parameters
from madoguchi.registry.rest.records import number_of
from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.service import search
from madoguchi.web.doors import read_whole

RECONCILE = "/api/v1/reconcile"
MOST_QUERIES, MOST_CANDIDATES, USUAL_CANDIDATES = 50, 20, 5
LARGEST = 500_000
LONGEST_NAME = 200
TYPE = {"id": "corporation", "name": "法人 / Corporation"}
ADDRESS, PREFECTURE, KANA, POSTAL = "address", "prefecture_code", "kana", "postal_code"
PROPERTIES = (
    {"id": ADDRESS, "name": "所在地 / Address"},
    {"id": KANA, "name": "フリガナ / Reading"},
    {"id": POSTAL, "name": "郵便番号 / Postal code"},
    {"id": PREFECTURE, "name": "都道府県コード / Code of the prefecture"},
    {"id": "kind", "name": "法人種別コード / Code of the kind"},
)
_MOST_LIKELY = 99.99  # of a hundred: only a number is surer
_NAMES: Mapping[str, str] = {
    "same": "名称が一致",
    "moved": "名称が一致（法人格の位置・省略を除く）",
    "form": "名称が一致（法人格は異なる）",
    "former": "以前の名称と一致",
    "kana": "フリガナが一致",
    "similar": "名称が類似",
}
_PLACES: Mapping[str, str] = {
    "lot": "所在地が番地まで一致",
    "block": "所在地が丁目まで一致",
    "town": "所在地が町名まで一致",
    "city": "所在地が市区町村まで一致",
    "prefecture": "所在地が都道府県のみ一致",
    "elsewhere": "所在地が異なる",
}


@dataclass(frozen=True)
class Query:
    """One thing to be found: its name (or number), and what else is known of it."""

    text: str
    limit: int
    address: str = ""
    kana: str = ""
    postal_code: str = ""
    prefecture: str = ""
    kinds: tuple[str, ...] = ()


async def reconcile(request: Request) -> Response:
    """The manifest; candidates for `queries` (JSON, several by name) or one `query`; or columns of
    matched corporations, for `extend`.
    """
    given = await _given(request)
    if "extend" in given:
        wanted_columns = _json("extend", given["extend"])
        async with request.app.state.database.looking() as session:
            return answer(request, await extended(session, wanted_columns), cache="no-cache")
    if "queries" in given:
        found = _json("queries", given["queries"])
        if not isinstance(found, dict) or len(found) > MOST_QUERIES:
            raise _unreadable("queries")
        wanted = {str(name): _query(item) for name, item in found.items()}
    elif "query" in given:
        text = given["query"]
        one = _json("query", text) if text.startswith("{") else {"query": text}
        wanted = {"": _query(one)}
    else:
        return answer(request, manifest(request.app.state.settings.address))
    async with request.app.state.database.looking() as session:
        results = {name: {"result": await _found(session, one)} for name, one in wanted.items()}
    return answer(request, results[""] if "queries" not in given else results, cache="no-cache")


async def suggest_entity(request: Request) -> Response:
    """Corporations whose name begins or goes on as typed."""
    asked = Parameters(request, ("prefix", "cursor", "type", "limit"))
    prefix = asked.text("prefix", LONGEST_NAME)
    async with request.app.state.database.looking() as session:
        found = await _found(session, Query(prefix, 10)) if prefix else []
    return answer(request, {"result": found})


async def suggest_property(request: Request) -> Response:
    """The properties a query may give."""
    asked = Parameters(request, ("prefix", "cursor", "limit"))
    prefix = asked.text("prefix").casefold()
    return answer(request, {"result": [one for one in PROPERTIES if prefix in str(one).casefold()]})


async def suggest_type(request: Request) -> Response:
    """The one type there is."""
    Parameters(request, ("prefix", "cursor", "limit"))
    return answer(request, {"result": [TYPE]})


async def preview(request: Request) -> Response:
    """A few lines of HTML to be shown in a frame."""
    async with request.app.state.database.looking() as session:
        record = await current(session, number_of(request))
    if record is None or record.hidden:
        raise unknown_corporation()
    page = (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{name}</title></head>'
        "<body><p><strong>{name}</strong><br>{kana}</p><p>{number}<br>{address}</p><p>{state}</p>"
        "</body></html>"
    ).format(
        name=escape(record.name),
        kana=escape(record.kana),
        number=record.number,
        address=escape(record.address),
        state={"open": "存続 / Open", "closed": "閉鎖 / Closed"}.get(
            record.status, "削除 / Withdrawn"
        ),
    )
    policy = "default-src 'none'; frame-ancestors *"
    headers = {**OPEN, "Content-Security-Policy": policy}
    return Response(page, media_type="text/html", headers=headers)


def manifest(address: str) -> dict[str, Any]:
    """What the service is and where its parts are."""
    base = f"{address}{RECONCILE}"
    return {
        "versions": ["0.2"],
        "name": "法人 / Corporations of Japan",
        "identifierSpace": f"{address}/corporations/",
        "schemaSpace": f"{base}/types/",
        "defaultTypes": [TYPE],
        "view": {"url": f"{address}/corporations/{{{{id}}}}"},
        "preview": {"url": f"{base}/preview/{{{{id}}}}", "width": 400, "height": 180},
        "suggest": {
            "entity": {"service_url": base, "service_path": "/suggest/entity"},
            "property": {"service_url": base, "service_path": "/suggest/property"},
            "type": {"service_url": base, "service_path": "/suggest/type"},
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/extend/propose"},
            "property_settings": [],
        },
        "batchSize": MOST_QUERIES,
    }


async def _found(session: AsyncSession, wanted: Query) -> list[dict[str, Any]]:
    """The likeliest first; the same for certain only by number, or where matching links."""
    if not wanted.text:
        return []
    asked = Asked(
        text=wanted.text, kinds=wanted.kinds, prefecture=wanted.prefecture, limit=MOST_CANDIDATES
    )
    found = await search(session, asked)
    if any(hit.match == "number" for hit in found.hits):
        numbered = await currents(session, [hit.number for hit in found.hits])
        return [
            _shown(record, 100.0, same=True, why="法人番号が一致") for record in numbered.values()
        ]
    described = Described(
        wanted.text, wanted.address, wanted.kana, postal_code=wanted.postal_code.replace("-", "")
    )
    likely = [
        one for one in (await match(session, described)).candidates if _asked_for(wanted, one)
    ]
    known = {one.record.number for one in likely}
    others = [hit.number for hit in found.hits if hit.number not in known]
    besides = await currents(session, others)
    candidates = [_candidate(one) for one in likely]
    candidates += [
        _shown(besides[number], 0.0, why="検索") for number in others if number in besides
    ]
    return candidates[: wanted.limit]


def _asked_for(wanted: Query, candidate: Candidate) -> bool:
    record = candidate.record
    return (not wanted.kinds or record.kind in wanted.kinds) and (
        not wanted.prefecture or record.prefecture_code == wanted.prefecture
    )


def _candidate(found: Candidate) -> dict[str, Any]:
    evidence = found.evidence
    reasons = [
        _NAMES.get(evidence.name, "名称が異なる"),
        _PLACES.get(evidence.place, ""),
        "郵便番号が一致" if evidence.postal_code else "",
    ]
    shown = _shown(
        found.record,
        min(round(100 * found.weighed.probability, 2), _MOST_LIKELY),
        same=found.weighed.decision == "link",
        why="、".join(reason for reason in reasons if reason),
    )
    features = {
        "name": evidence.name in ("same", "moved"),
        ADDRESS: evidence.place in ("lot", "block", "town"),
        POSTAL: evidence.postal_code,
        "closed": evidence.closed,
    }
    told = [{"id": id, "value": value} for id, value in features.items() if value is not None]
    return shown | {"features": told}


def _shown(record: Record, score: float, *, same: bool = False, why: str) -> dict[str, Any]:
    kind = KINDS.get(record.kind, {}).get("ja", "")
    return {
        "id": record.number,
        "name": record.name,
        "description": f"{record.address}（{kind}）：{why}",
        "type": [TYPE],
        "score": score,
        "match": same,
        "features": [],
    }


async def _given(request: Request) -> dict[str, str]:
    """What was sent, in the query or as a form; of what was sent twice the last."""
    if request.method == "GET":
        return dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise RegistryError(
            "not_a_form",
            415,
            {
                "ja": "application/x-www-form-urlencodedで送ってください。",
                "en": "Send application/x-www-form-urlencoded.",
            },
        )
    message = await read_whole(request.receive, LARGEST)
    body = message.get("body") or b""
    if message.get("more_body") or len(body) > LARGEST:
        raise RegistryError(
            "too_large", 413, {"ja": "送信が大きすぎます。", "en": "What was sent is too large."}
        )
    try:
        fields = parse_qs(body.decode(), max_num_fields=20, errors="strict")
    except ValueError as fault:
        raise _unreadable("queries") from fault
    return {name: values[-1] for name, values in fields.items()}


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _unreadable(name) from fault


def _query(item: Any) -> Query:
    if not isinstance(item, dict) or not isinstance(item.get("query", ""), str):
        raise _unreadable("queries")
    text = item.get("query", "").strip()
    limit = item.get("limit") or USUAL_CANDIDATES
    if len(text) > LONGEST_NAME or isinstance(limit, bool) or not isinstance(limit, int):
        raise _unreadable("queries")
    given = item.get("properties", [])
    if not isinstance(given, list):
        raise _unreadable("queries")
    values = {
        str(one.get("pid")): str(one.get("v"))[:LONGEST_NAME]
        for one in given
        if isinstance(one, dict) and isinstance(one.get("v"), str | int)
    }
    kind = values.get("kind", "")
    return Query(
        text,
        min(max(limit, 1), MOST_CANDIDATES),
        values.get(ADDRESS, ""),
        values.get(KANA, ""),
        values.get(POSTAL, ""),
        values.get(PREFECTURE, ""),
        (kind,) if kind else (),
    )


def _unreadable(name: str) -> RegistryError:
    return invalid_parameter(
        name,
        f"{name}を読めません。JSONのオブジェクトで、1回に{MOST_QUERIES}件までにしてください。",
        f"{name} cannot be read: send a JSON object with at most {MOST_QUERIES} queries.",
    )
