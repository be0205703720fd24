"""Attestations fetched by the log itself (第三者による証明の取得): cosignatures, a time-stamp each day.

Each witness has a job of its own, which enqueues itself for the next time; its key is the slot of
time, so that several nodes ask once. Who does not answer is asked again then.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import JST, jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue, forget_done
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.asking import NotCosigned, Witness, ask, read_witness
from madoguchi.kernel.transparency.outside import Post, post
from madoguchi.kernel.transparency.timestamping import over_http, stamped_before, timestamp
from madoguchi.kernel.transparency.witnessing import cosigned_size, take_cosignatures
from madoguchi.settings import Settings

COSIGN_JOB, DAILY_JOB, STAMP_JOB = "evidence.cosign", "evidence.daily", "evidence.timestamp"
AT = time(0, 20, tzinfo=JST)
UNTIRING = (
    1_000_000  # attempts: what keeps asking must not be given up for an hour without database
)
STAMP_ATTEMPTS = 30  # with their pauses about a day; then the next day's

_log = logging.getLogger(__name__)


def handlers(settings: Settings, log: Log, send: Post = post) -> dict[str, Handler]:
    """Job name → handler, for workers that may wait for other people's machines. ValueError."""
    asked = asked_witnesses(settings)
    stamping = over_http(settings.timestamp_url, send) if settings.timestamp_url else None

    async def cosign(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """{witness}: have it cosign the newest checkpoint; come back after the pause."""
        witness = asked.get(str(payload["witness"]))
        if witness is None:
            return  # no longer a witness of ours
        async with context.database.reading() as reading:
            known = await cosigned_size(reading, witness.key)
        try:
            note = await ask(log, witness, known, send)
            if note is not None:
                await take_cosignatures(session, log, [witness.key], str(note))
        except NotCosigned as fault:
            level = logging.ERROR if fault.grave else logging.WARNING
            _log.log(level, "witness %s did not cosign: %s", witness.key.name, fault)
        now, pause = context.clock(), timedelta(seconds=settings.witness_seconds)
        await _ask_at(session, settings, witness, now + pause, later=True)
        await forget_done(session, now - 2 * pause, COSIGN_JOB)

    async def stamp(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """Have the newest checkpoint stamped, unless it was."""
        if stamping is None:
            return
        authority = settings.timestamp_url
        async with context.database.reading() as reading:
            if await stamped_before(reading, log, authority):
                return
        await timestamp(session, log, authority, stamping)

    return {COSIGN_JOB: cosign, DAILY_JOB: daily, STAMP_JOB: stamp}


async def daily(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one day: enqueue its time-stamp, and the look of tomorrow."""
    today = jst_date(context.clock())
    tomorrow = today + timedelta(days=1)
    await enqueue(session, STAMP_JOB, {}, key=today.isoformat(), max_attempts=STAMP_ATTEMPTS)
    await enqueue(
        session,
        DAILY_JOB,
        {},
        key=tomorrow.isoformat(),
        run_at=datetime.combine(tomorrow, AT),
        max_attempts=UNTIRING,
    )


async def begin_attesting(session: AsyncSession, settings: Settings, at: datetime) -> None:
    """Enqueue what settings ask for, unless it runs already: at the start of the program."""
    for witness in asked_witnesses(settings).values():
        await _ask_at(session, settings, witness, at, later=False)
    if settings.timestamp_url:
        await enqueue(session, DAILY_JOB, {}, key=jst_date(at).isoformat(), max_attempts=UNTIRING)


def asked_witnesses(settings: Settings) -> Mapping[str, Witness]:
    """The witnesses with an address, by the name of their key. NoteError, ValueError."""
    named = (read_witness(line) for line in settings.witnesses)
    return {witness.key.name: witness for witness in named if witness.url is not None}


async def _ask_at(
    session: AsyncSession, settings: Settings, witness: Witness, at: datetime, *, later: bool
) -> None:
    slot = int(at.timestamp()) // settings.witness_seconds
    await enqueue(
        session,
        COSIGN_JOB,
        {"witness": witness.key.name},
        key=f"{slot}:{witness.key.hash.hex()}:{witness.key.name}"[:200],
        run_at=at if later else None,
        max_attempts=UNTIRING,
    )
