"""Time-stamps of checkpoints (RFC 3161): a third party says the log stood so at that time."""

import asyncio
from collections.abc import Awaitable, Callable

import rfc3161_client as rfc3161
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import as_utc
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.log import Log, LogError
from madoguchi.kernel.transparency.models import TIMESTAMPED, Attestation
from madoguchi.kernel.transparency.outside import Post, post, web_address

Ask = Callable[[bytes], Awaitable[bytes]]  # DER of a request → DER of the response

MEDIA_TYPE = "application/timestamp-query"


async def timestamp(session: AsyncSession, log: Log, authority: str, ask: Ask) -> Attestation:
    """Have the newest checkpoint stamped and keep the token with it; the caller commits.

    `authority` names who stamps. What is stamped are the bytes of the signed note, so that
    `openssl ts -verify -data checkpoint` checks the token. LogError 409 for an empty log, 503 when
    the authority does not stamp. The session is not used before the authority has answered.
    """
    note = await asyncio.to_thread(log.note)
    if note is None:
        raise LogError(
            "log_empty",
            409,
            {"ja": "まだ記録がありません。", "en": "Nothing has been recorded yet."},
        )
    request = rfc3161.TimestampRequestBuilder().data(str(note).encode()).build()
    try:
        content = await ask(request.as_bytes())
        response = rfc3161.decode_timestamp_response(content)
        if response.status > 1 or response.tst_info.nonce != request.nonce:
            raise ValueError(f"status {response.status}")
        if response.tst_info.message_imprint.message != request.message_imprint.message:
            raise ValueError("another imprint")
    except (OSError, ValueError) as fault:
        raise LogError(
            "timestamp_failed",
            503,
            {
                "ja": "時刻認証局から応答がありません({detail})。",
                "en": "The time-stamping authority did not stamp ({detail}).",
            },
            {"detail": str(fault)[:200]},
        ) from None
    stamped = Attestation(
        id=new_id(),
        kind=TIMESTAMPED,
        signer=authority[:200],
        size=read_checkpoint(note.text).size,
        at=as_utc(response.tst_info.gen_time),
        note=str(note),
        token=content,
    )
    session.add(stamped)
    await session.flush()
    return stamped


async def stamped_before(session: AsyncSession, log: Log, authority: str) -> bool:
    """Whether the authority has stamped the newest checkpoint already, or there is none yet."""
    size = (await asyncio.to_thread(log.checkpoint)).size
    found = await session.scalar(
        select(Attestation.id).where(
            Attestation.kind == TIMESTAMPED,
            Attestation.signer == authority[:200],
            Attestation.size == size,
        )
    )
    return size == 0 or found is not None


def over_http(address: str, send: Post = post) -> Ask:
    """Asking an authority at an address the administrator named (RFC 3161 section 3.4). ValueError."""
    web_address(address)

    async def ask(content: bytes) -> bytes:
        status, found = await send(address, content, MEDIA_TYPE)
        if status != 200:
            raise OSError(f"it answered {status}")
        return found

    return ask
