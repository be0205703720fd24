"""Forms (入力の受取り): urlencoded and multipart bodies, read as a stream within limits.

Files go to temporary files, fields stay in memory. Bytes that are not UTF-8 and broken multipart
are refused with a clear message; NUL and other control characters, which no keyboard makes and no
database keeps, are dropped from fields and file names.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import unquote_to_bytes

from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from madoguchi.web.form_input import (
    LARGEST_FIELDS,
    MOST_FIELDS,
    FormError,
    FormInput,
    broken_form,
    field_text,
    too_much,
)
from madoguchi.web.multipart import read_multipart


async def read_form(request: Request, limit: int | None = None) -> FormInput:
    """Read the body of a form post; at most `limit` bytes (default: the service's own limit).

    FormError 400 for another format, broken multipart, bytes that are not UTF-8; 413 over a limit;
    415 for a body that is no form. The caller closes the result (or uses `form_of`).
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    body = _within(request, limit)
    if kind == b"multipart/form-data":
        return await read_multipart(body, options.get(b"boundary", b""))
    if kind == b"application/x-www-form-urlencoded":
        return await _read_urlencoded(body)
    if kind in (b"", b"application/octet-stream") and not [part async for part in body if part]:
        return FormInput()
    raise FormError(
        "not_a_form",
        415,
        {
            "ja": "この画面はフォームの送信だけを受け付けます。",
            "en": "This page only accepts forms.",
        },
    )


@asynccontextmanager
async def form_of(request: Request, limit: int | None = None) -> AsyncIterator[FormInput]:
    """`async with form_of(request) as form:`: read_form, then close."""
    form = await read_form(request, limit)
    try:
        yield form
    finally:
        form.close()


async def _within(request: Request, limit: int | None) -> AsyncIterator[bytes]:
    total = 0
    try:
        async for chunk in request.stream():
            total += len(chunk)
            if limit is not None and total > limit:
                raise too_much(f"{max(1, limit // (1024 * 1024))} MB")
            yield chunk
    except ClientDisconnect as fault:
        raise broken_form() from fault


async def _read_urlencoded(body: AsyncIterator[bytes]) -> FormInput:
    content = bytearray()
    async for chunk in body:
        content += chunk
        if len(content) > LARGEST_FIELDS:
            raise too_much(f"{LARGEST_FIELDS // (1024 * 1024)} MB")
    return FormInput(fields_of(bytes(content)))


def fields_of(content: bytes) -> dict[str, list[str]]:
    """The fields of an urlencoded body. FormError 400, 413."""
    if content.count(b"&") >= MOST_FIELDS:
        raise too_much(str(MOST_FIELDS))
    fields: dict[str, list[str]] = {}
    for name, value in _pairs(content):
        fields.setdefault(name, []).append(value)
    return fields


def _pairs(content: bytes) -> Iterator[tuple[str, str]]:
    for part in content.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            yield (
                field_text(unquote_to_bytes(name.replace(b"+", b" "))),
                field_text(unquote_to_bytes(value.replace(b"+", b" "))),
            )
