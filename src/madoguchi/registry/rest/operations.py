"""The operations of the REST interface: their addresses, and how OpenAPI describes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.routing import Route

from madoguchi.registry.activities.kinds import KINDS
from madoguchi.registry.interface import Endpoint, Interface
from madoguchi.registry.rest import changes, extending, matching, reconciling, records, searching
from madoguchi.registry.rest.errors import refuse

CORPORATIONS = "/api/v1/corporations"
Schema = Mapping[str, Any]

_DAY: Schema = {"type": "string", "format": "date"}
_TEXT: Schema = {"type": "string"}


@dataclass(frozen=True)
class Operation:
    """One operation: `asked` are its parameters by name, with their schema and what they mean."""

    path: str
    endpoint: Endpoint
    summary: str
    asked: Mapping[str, tuple[Schema, str]]
    methods: tuple[str, ...] = ("GET",)


def _number(lowest: int, highest: int, default: int) -> Schema:
    return {"type": "integer", "minimum": lowest, "maximum": highest, "default": default}


_CODES: Schema = {"type": "string", "pattern": "^[0-9,]*$"}
_RECONCILE = reconciling.RECONCILE

OPERATIONS = (
    Operation(
        CORPORATIONS,
        searching.searched,
        "法人の検索 / Search corporations",
        {
            "q": (_TEXT, "name or part of it, reading, number, address, or name and address"),
            "name": (_TEXT, "names only"),
            "address": (_TEXT, "addresses only"),
            "kind": (_CODES, "kinds (法人種別), comma separated: 301, 302 …"),
            "prefecture": (_CODES, "two digits (JIS X 0401)"),
            "city": (_CODES, "five digits (JIS X 0402), comma separated"),
            "status": ({"type": "string", "enum": ["open", "closed"]}, "both when left out"),
            "activity": ({"type": "string", "enum": list(KINDS)}, "kinds, comma separated"),
            "limit": (_number(1, searching.MOST, 20), "at most so many"),
            "cursor": (_TEXT, "`next` of the answer before"),
            "facets": ({"type": "boolean", "default": False}, "count by kind, place, state"),
        },
    ),
    Operation(
        _RECONCILE,
        reconciling.reconcile,
        "突合 / Reconciliation Service API 0.2",
        {
            "queries": (_TEXT, "JSON: queries by name"),
            "query": (_TEXT, "one query, as text or JSON"),
            "extend": (_TEXT, "JSON: columns (`properties`) of corporations (`ids`)"),
        },
        ("GET", "POST"),
    ),
    Operation(
        f"{_RECONCILE}/suggest/entity",
        reconciling.suggest_entity,
        "突合：法人の候補 / Reconciliation: suggest corporations",
        {"prefix": (_TEXT, "what was typed"), "cursor": (_TEXT, "not used")},
    ),
    Operation(
        f"{_RECONCILE}/suggest/property",
        reconciling.suggest_property,
        "突合：項目の候補 / Reconciliation: suggest properties",
        {"prefix": (_TEXT, "what was typed"), "cursor": (_TEXT, "not used")},
    ),
    Operation(
        f"{_RECONCILE}/suggest/type",
        reconciling.suggest_type,
        "突合：種類の候補 / Reconciliation: suggest types",
        {"prefix": (_TEXT, "what was typed"), "cursor": (_TEXT, "not used")},
    ),
    Operation(
        f"{_RECONCILE}/extend/propose",
        extending.propose,
        "突合：追加できる項目 / Reconciliation: columns that can be added",
        {"type": (_TEXT, "corporation"), "limit": (_number(1, 50, 50), "at most so many")},
    ),
    Operation(
        f"{_RECONCILE}/preview/{{number}}",
        reconciling.preview,
        "突合：見出し / Reconciliation: preview",
        {},
    ),
    Operation(
        f"{CORPORATIONS}/changes",
        changes.changes,
        "変更のあった法人 / Corporations whose record changed",
        {
            "after": (_TEXT, "place in the feed: `next` of the answer before"),
            "since": (_DAY, "begin with what was taken in on this day (JST); 14 days are kept"),
            "limit": (_number(1, changes.MOST, 100), "at most so many"),
        },
    ),
    Operation(
        f"{CORPORATIONS}/match",
        matching.match_one,
        "名称と所在地から法人を特定 / The corporation a name and an address mean",
        {
            "name": (_TEXT, "name, in any way of writing"),
            "address": (_TEXT, "address, in any way of writing"),
            "kana": (_TEXT, "reading of the name"),
            "name_en": (_TEXT, "English name"),
            "postal_code": (_TEXT, "seven digits, with or without hyphen"),
        },
    ),
    Operation(
        f"{CORPORATIONS}/{{number}}",
        records.by_number,
        "法人の情報 / A corporation by its number",
        {
            "as_of": (_DAY, "the record that held on this day"),
            "known_on": (_DAY, "as it was known on this day"),
        },
    ),
    Operation(
        f"{CORPORATIONS}/{{number}}/history",
        records.history_of,
        "法人の履歴 / Every record of a corporation",
        {},
    ),
    Operation(
        f"{CORPORATIONS}/{{number}}/activities",
        records.activities_of,
        "法人活動情報 / Activities of a corporation",
        {
            "kind": ({"type": "string", "enum": list(KINDS)}, "kinds, comma separated"),
            "cursor": (_TEXT, "`next` of the answer before"),
            "limit": (_number(1, records.MOST, 100), "at most so many"),
        },
    ),
)


def key_of(request: Request) -> str:
    """The caller's key: X-API-Key, or Bearer. Access tokens of people are no keys of programs."""
    key = request.headers.get("x-api-key", "")
    if key:
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    is_key = scheme.lower() == "bearer" and not token.startswith("mdg_")
    return token.strip() if is_key else ""


def _described() -> APIRouter:
    """The operations for the description of the API; the door answers before they are reached."""
    made = APIRouter(tags=["corporations"])
    for operation in OPERATIONS:
        parameters: list[dict[str, Any]] = [
            {"name": name, "in": "query", "schema": dict(schema), "description": meaning}
            for name, (schema, meaning) in operation.asked.items()
        ]
        if "{number}" in operation.path:
            number = {"type": "string", "pattern": "^[1-9][0-9]{12}$"}
            parameters.insert(
                0, {"name": "number", "in": "path", "required": True, "schema": number}
            )
        for method in operation.methods:
            made.add_api_route(
                operation.path,
                operation.endpoint,
                methods=[method],
                summary=operation.summary,
                description=operation.endpoint.__doc__ or "",
                response_model=None,
                openapi_extra=_sent(operation) if method == "POST" else {"parameters": parameters},
            )
    return made


def _sent(operation: Operation) -> dict[str, Any]:
    """A POST sends as a form what a GET asks by its query."""
    fields = {name: dict(schema) for name, (schema, _) in operation.asked.items()}
    form = {"schema": {"type": "object", "properties": fields}}
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": form}}}


router = _described()
INTERFACES = tuple(
    Interface(
        prefix=prefix,
        routes=tuple(
            Route(one.path, one.endpoint, methods=list(one.methods))
            for one in OPERATIONS
            if one.path.startswith(prefix)
        ),
        key_of=key_of,
        refuse=refuse,
        keyless=True,
        whole=False,
        numbered={CORPORATIONS: records.by_number},
    )
    for prefix in (CORPORATIONS, _RECONCILE)
)
