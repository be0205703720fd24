"""Idempotent posts (二重送信の防止): the header Idempotency-Key (IETF draft, HTTPAPI group).

The key's row is written in the same transaction as the work, so a repeat after a lost answer, or
at the same moment, does the work once and gets the first answer again.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madoguchi.kernel.errors import DomainError
from madoguchi.web.models import IdempotencyKey

_KEY = re.compile(r'"?([A-Za-z0-9._:/+=-]{8,200})"?')
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="8 to 200 characters")]
Work = Callable[[AsyncSession], Awaitable[Any]]
_KEPT_HEADERS = ("content-type", "location", "etag", "content-language")


class IdempotencyError(DomainError):
    """The key cannot be used (使えないべき等キー)."""


def idempotency_key(request: Request) -> str | None:
    """The key of a request, None without one. IdempotencyError 400 for one that is no key."""
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    key = read_key(header)
    if key is None:
        raise IdempotencyError(
            "invalid_idempotency_key",
            400,
            {
                "ja": "Idempotency-Keyは英数字と . _ : / + = - の8～200文字にしてください。",
                "en": "Idempotency-Key must be 8 to 200 letters, digits or . _ : / + = - .",
            },
        )
    return key


def read_key(header: str) -> str | None:
    """The key a header names, None when it is none."""
    match = _KEY.fullmatch(header.strip())
    return match.group(1) if match else None


async def once(
    request: Request,
    actor: str,
    work: Work,
    *,
    status: int = 200,
    content: str | None = None,
) -> Response:
    """Do `work` in one transaction, once per actor and key, and give its repeat the same response.

    Without a key the work is done each time. What it gives is the answer: a Response as it is,
    None as 204, anything else as JSON with `status`. When it raises, nothing is kept and the key
    may be tried again. `content`: the hash of what was sent, for bodies that differ from repeat to
    repeat (boundaries of multipart). IdempotencyError 422 when the key was used for another request.
    """
    key, state = idempotency_key(request), request.app.state
    async with state.database.session() as session:
        if key is None:
            response = _answer(await work(session), status)
            await session.commit()
            return response
        digest = content or request_digest(
            request.method,
            request.scope["path"],
            request.scope["query_string"],
            await request.body(),
        )
        found = await session.get(IdempotencyKey, (actor, key))
        if found is None:
            row = IdempotencyKey(actor=actor, key=key, request=digest, created_at=state.clock())
            session.add(row)
            try:
                await session.flush()
            except IntegrityError:  # the same post at the same moment was first
                await session.rollback()
                found = await session.get(IdempotencyKey, (actor, key))
            else:
                response = _answer(await work(session), status)
                row.status, row.body = response.status_code, bytes(response.body)
                row.headers = kept_headers(response.headers)
                await session.commit()
                return response
    if found is None or found.request != digest:
        raise _reused()
    return Response(
        found.body, found.status, headers={**found.headers, "Idempotency-Replayed": "true"}
    )


def _answer(done: Any, status: int) -> Response:
    if isinstance(done, Response):
        return done
    if done is None:
        return Response(status_code=204)
    plain = done.model_dump(mode="json") if isinstance(done, BaseModel) else jsonable_encoder(done)
    return JSONResponse(plain, status)


def _reused() -> IdempotencyError:
    return IdempotencyError(
        "idempotency_key_reused",
        422,
        {
            "ja": "このIdempotency-Keyは別の内容の送信に使われています。新しい値を付けてください。",
            "en": "This Idempotency-Key was used for another request. Send a new one.",
        },
    )


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a response that its repeat has, too."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def request_digest(method: str, path: str, query: bytes, body: bytes) -> str:
    """What names the content of a request: a key belongs to one."""
    return hashlib.sha256(f"{method} {path}?".encode() + query + b"\n" + body).hexdigest()


async def forget_keys(session: AsyncSession, before: datetime) -> None:
    """Delete keys made before a moment (a day is enough); the caller commits."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))
