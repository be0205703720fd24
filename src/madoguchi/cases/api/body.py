"""Reading JSON strictly (JSONの受取り): decimals exact, nothing twice, nothing endless.

A number with a fraction is a Decimal, never a float; NaN and Infinity, a key written twice, deep
nesting and enormous numbers are refused with the place or the reason.
"""

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from madoguchi.cases.errors import CaseError, case_error

MOST_BYTES = 8_000_000
MOST_DEPTH = 20
MOST_NODES = 400_000
LARGEST_EXPONENT = 60

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, model: type[Model]) -> Model:
    """The body as a model. CaseError 400, 413; RequestValidationError for the wrong shape."""
    raw = await request.body()
    if len(raw) > MOST_BYTES:
        raise case_error(
            "body_too_large",
            413,
            "送信されたJSONが大きすぎます(8MBまで)。",
            "The JSON is too large (8 MB at most).",
        )
    value = strict_json(raw)
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        errors = [{**item, "loc": ("body", *item["loc"])} for item in fault.errors()]
        raise RequestValidationError(errors) from fault


def strict_json(raw: bytes) -> Any:
    """The value of a JSON text. CaseError 400 json_refused."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except (UnicodeDecodeError, RecursionError, ValueError) as fault:
        raise _refused("読めるJSONではありません", "it cannot be read") from fault
    if len(raw) < MOST_NODES and raw.count(b"[") + raw.count(b"{") <= MOST_DEPTH:
        return value  # so few brackets and bytes cannot go deeper or be more
    for nodes, depth in enumerate(_depths(value, 1)):
        if depth > MOST_DEPTH or nodes > MOST_NODES:
            raise _refused("入れ子か要素が多すぎます", "it is too deep or too large")
    return value


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as fault:
        raise _refused(f"数 {text[:40]} を読めません", f"the number {text[:40]}") from fault
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise _refused(f"数 {text[:40]} が大きすぎます", f"the number {text[:40]} is too large")
    return number


def _integer(text: str) -> int:
    if len(text) > LARGEST_EXPONENT:
        raise _refused(f"数 {text[:40]}… が大きすぎます", f"the number {text[:40]}… is too large")
    return int(text)


def _constant(text: str) -> Any:
    raise _refused(f"{text} は使えません", f"{text} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)[:60]
        raise _refused(f"「{twice}」が2回あります", f"“{twice}” stands there twice")
    return result


def _depths(value: Any, depth: int) -> Iterator[int]:
    waiting = [(value, depth)]
    while waiting:
        item, level = waiting.pop()
        yield level
        if level > MOST_DEPTH:
            return
        if isinstance(item, dict):
            waiting.extend((member, level + 1) for member in item.values())
        elif isinstance(item, list):
            waiting.extend((member, level + 1) for member in item)


def _refused(ja: str, en: str) -> CaseError:
    return case_error(
        "json_refused",
        400,
        "送信されたJSONを受け付けられません:{why_ja}。",
        "The JSON is refused: {why_en}.",
        {"why_ja": ja, "why_en": en},
    )


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """`openapi_extra` that documents the body of an operation that reads it strictly."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _inlined(model)}},
        }
    }


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("$defs", None)
    return schema


def multipart_of(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    """The openapi_extra of a route that takes a multipart form."""
    schema = {"type": "object", "required": required, "properties": properties}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
