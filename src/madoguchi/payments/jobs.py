"""The work of payments after requests: requests whose last day is over expire."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.jobs import Handler, JobContext
from madoguchi.payments.service import EXPIRE_JOB, expire_payment
from madoguchi.settings import Settings


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """The handlers of this module."""
    return {EXPIRE_JOB: expire}


async def expire(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind EXPIRE_JOB: {payment}."""
    await expire_payment(session, str(payload["payment"]), context.clock())
