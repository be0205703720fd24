"""What an administrator does (管理): roles of officials at their agencies, failed jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.identity import service as identity
from madoguchi.identity.service import ROLES, Actor, agencies_where
from madoguchi.kernel import jobs
from madoguchi.kernel.clock import Clock
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


async def give_role(
    session: AsyncSession, actor: Actor, person_id: str, agency_id: str, role: str, clock: Clock
) -> None:
    """Give a role at an agency the actor administers; the caller commits.

    CaseError 403 for other agencies, 422 for an unknown role; IdentityError 404 for a person.
    """
    _mine(actor, agency_id)
    if role not in ROLES:
        raise case_error("no-role", 422, "この役割はありません。", "There is no such role.")
    person = await identity.person(session, person_id)
    await identity.grant_role(session, clock, person.id, agency_id, role, by=actor.id)


async def take_role(
    session: AsyncSession, actor: Actor, person_id: str, agency_id: str, role: str, clock: Clock
) -> None:
    """Take a role back; the caller commits.

    CaseError 403 for other agencies; 409 for one's own role of administrator, lest nobody is left.
    """
    _mine(actor, agency_id)
    if person_id == actor.id and role == ADMINISTRATOR:
        raise case_error(
            "own-role",
            409,
            "ご自分の管理者の役割は、ほかの管理者に外してもらってください。",
            "Ask another administrator to take back your own role of administrator.",
        )
    await identity.revoke_role(session, clock, person_id, agency_id, role, by=actor.id)


async def failed_jobs(session: AsyncSession) -> Sequence[Failed]:
    """The jobs that were given up, oldest first; payloads are not shown."""
    return [
        Failed(job.id, job.name, job.attempts, (job.last_error or "").strip().split("\n")[-1][:300])
        for job in await jobs.dead_letters(session)
    ]


def _mine(actor: Actor, agency_id: str) -> None:
    if agency_id not in administered(actor):
        raise _refused(
            "この行政庁の役割を変える権限がありません。", "You do not administer this agency."
        )


def _refused(ja: str, en: str) -> DomainError:
    return case_error("not-administrator", 403, ja, en)
