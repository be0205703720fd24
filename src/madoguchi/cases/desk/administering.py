"""What an administrator looks after (管理): failed jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel import jobs
from madoguchi.kernel.errors import DomainError

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Failed:
    """A job given up: its name and the last line of why."""

    id: str
    name: str
    attempts: int
    reason: str


def administered(actor: Actor) -> frozenset[str]:
    """The agencies an administrator looks after. CaseError 403 for everyone else."""
    agencies = agencies_where(actor, ADMINISTRATOR)
    if not agencies:
        raise _refused("この画面は、システム管理者だけが使えます。", "For administrators only.")
    return agencies


async def failed_jobs(session: AsyncSession) -> Sequence[Failed]:
    """The jobs that were given up, oldest first; payloads are not shown."""
    return [
        Failed(job.id, job.name, job.attempts, (job.last_error or "").strip().split("\n")[-1][:300])
        for job in await jobs.dead_letters(session)
    ]


def _refused(ja: str, en: str) -> DomainError:
    return case_error("not-administrator", 403, ja, en)
