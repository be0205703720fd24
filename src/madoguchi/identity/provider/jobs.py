"""Forgetting, once a day, what can no longer be shown to us: spent identifiers, requests and
grants that expired."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.ended import TELL_JOB
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import DeviceRequest, Grant, PushedRequest, Spent
from madoguchi.identity.provider.telling_sign_out import telling
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue
from madoguchi.web.outgoing import networks

FORGET_JOB = "identity.provider.forget"


def handlers() -> Mapping[str, Handler]:
    """The provider's work after requests."""
    return {FORGET_JOB: _forget}


def sending_handlers(settings: Any) -> Mapping[str, Handler]:
    """The provider's work that waits for other people's machines."""
    provider = Provider(settings.address, settings.provider_folder)
    return {TELL_JOB: telling(provider, networks(settings.webhook_networks))}


async def forget(session: AsyncSession, now: datetime) -> None:
    """Delete what has expired. The caller commits."""
    for statement in (
        delete(Spent).where(Spent.expires_at < now),
        delete(PushedRequest).where(PushedRequest.expires_at < now),
        delete(DeviceRequest).where(DeviceRequest.expires_at < now),
        delete(Grant).where(Grant.expires_at < now),
    ):
        await session.execute(statement, execution_options={"synchronize_session": False})


async def forget_daily(session: AsyncSession, at: datetime) -> None:
    """Have it done at that moment, once a day; also at the start of the program."""
    await enqueue(session, FORGET_JOB, {}, key=jst_date(at).isoformat(), run_at=at)


async def _forget(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    now = context.clock()
    await forget(session, now)
    await forget_daily(session, now + timedelta(days=1))
