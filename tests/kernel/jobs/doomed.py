"""A worker process to be killed: writes its effect, says so, and never commits.

python -m tests.kernel.jobs.doomed DATABASE_URL
"""

import asyncio
import sys
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import create_database
from madoguchi.kernel.jobs import JobContext, Worker
from tests.kernel.jobs.work import note


async def hang(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    await note(session, payload, context)
    await session.flush()
    print("written", flush=True)
    await asyncio.Event().wait()


asyncio.run(Worker(create_database(sys.argv[1]), {"note": hang}).run())
