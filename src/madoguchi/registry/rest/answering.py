"""Answers of the REST interface: JSON bytes with an ETag, and nothing sent twice (RFC 9110 13)."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from madoguchi.registry.prepared import Answer

FRESH = "public, max-age=60"
# What is public may be read from pages of any origin.
OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def answer(request: Request, shown: Any, *, cache: str = FRESH, **headers: str) -> Response:
    """The JSON of plain data; 304 when the caller has it already."""
    return send(request, written(shown), cache=cache, **headers)


def written(shown: Any) -> Answer:
    """Plain data as JSON, with its ETag."""
    body = _encode(shown).encode()
    return Answer(body, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def send(request: Request, made: Answer, *, cache: str = FRESH, **headers: str) -> Response:
    """What was written; 304 when the caller has it already."""
    head = {"ETag": made.etag, "Cache-Control": cache, **OPEN, **headers}
    if _has(request.headers.get("if-none-match", ""), made.etag):
        return Response(status_code=304, headers=head)
    return Response(made.body, headers=head, media_type="application/json")


def _has(header: str, etag: str) -> bool:
    """Whether If-None-Match names this one; weak or strong does not matter (RFC 9110 13.1.2)."""
    tags = [part.strip().removeprefix("W/") for part in header[:2_000].split(",")]
    return etag in tags or "*" in tags


def _plain(value: Any) -> float | int:
    """Numbers as published: JSON knows no Decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
).encode
