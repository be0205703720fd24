"""Moving a filed case into another version of its procedure (案件の版の移行): a deliberate act.

A case keeps the version it was filed under for life, unless the law says otherwise and an official
says why. It is possible when the case's state and all that was filed have a place there and the
answers stay valid; the journal keeps both digests, both hashes and the reason.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.arriving import content_digest, left_out
from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.timers import set_timers
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Fault, Package
from madoguchi.procedures.versions.carry import Carried, carry
from madoguchi.procedures.versions.diff import Difference, compare

APPROVER = "approver"


@dataclass(frozen=True)
class Prospect:
    """What moving a case would mean: `obstacles` names why it cannot be (empty: it can)."""

    old: Package
    new: Package
    differences: list[Difference]
    carried: Carried
    faults: list[Fault]
    obstacles: list[str]


async def prospect(
    session: AsyncSession, actor: Actor, case_id: str, digest: str, clock: Clock
) -> tuple[Case, Prospect]:
    """A case and what moving it into a version would mean. CaseError 404."""
    case = await case_at_desk(session, actor, case_id)
    found, _ = await _look_ahead(session, case, digest, clock)
    return case, found


async def rebase_case(
    session: AsyncSession,
    actor: Actor,
    case_id: str,
    digest: str,
    reason: str,
    revision: int,
    clock: Clock,
) -> Case:
    """Move a case; the caller commits. CaseError 403 (approvers only), 409, 422 without a reason."""
    case = await case_at_desk(session, actor, case_id, lock=True)
    if APPROVER not in roles_at(actor, case.agency_id):
        raise case_error(
            "not-permitted",
            403,
            "案件の版を移せるのは決裁者だけです。",
            "Only an approver may move a case into another version.",
        )
    if not reason.strip():
        raise case_error("reason-missing", 422, "理由を書いてください。", "Say why.")
    if case.digest == digest:
        return case
    found, judged = await _look_ahead(session, case, digest, clock)
    if found.obstacles or case.revision != revision:
        raise _refused()
    at, before = clock(), case.content_hash
    case.data = plain(judged.verdict.data)
    case.attached, case.omitted = found.carried.attached, left_out(judged.verdict)
    case.digest, case.title = digest, dict(found.new.title)
    case.revision += 1
    case.content_hash = content_digest(found.new, case.data, case.attached, case.applicant)
    case.updated_at = at
    await set_timers(session, case, found.new, judged, at)
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action="rebased",
        actor=actor.id,
        at=at,
        payload={
            "actor_name": actor.name,
            "side": "official",
            "form": {"reason": reason.strip()},
            "from_digest": found.old.digest,
            "digest": digest,
            "content_hash_before": before,
            "content_hash": case.content_hash,
            "revision": case.revision,
        },
    )
    await session.flush()
    return case


async def _look_ahead(
    session: AsyncSession, case: Case, digest: str, clock: Clock
) -> tuple[Prospect, CaseVerdict]:
    old = await procedures.package(session, case.digest)
    new = await procedures.package(session, digest)
    if new.id != old.id:
        raise _refused()
    carried = carry(old, new, case.data, case.attached)
    moved = Case(
        filer_id=case.filer_id,
        organisation_id=case.organisation_id,
        agent_organisation_id=case.agent_organisation_id,
        branch_id=case.branch_id,
        catalogue_id=case.catalogue_id,
        arrived_at=case.arrived_at,
        acts=case.acts,
        id=case.id,
        data=carried.entered,
        attached=carried.attached,
    )
    judged = await judge_case(session, moved, new, jst_date(clock()))
    obstacles = []
    if case.state not in new.machine.states:
        obstacles.append("state")
    if carried.unplaced:
        obstacles.append("unplaced")
    if not judged.verdict.valid:
        obstacles.append("faults")
    if case.waits_for == "":
        obstacles.append("final")
    found = Prospect(old, new, compare(old, new), carried, list(judged.verdict.errors), obstacles)
    return found, judged


def _refused() -> CaseError:
    return case_error(
        "cannot-rebase",
        409,
        "この案件は、この版には移せません。画面を読み込み直して、理由を確かめてください。",
        "This case cannot be moved into this version. Reload the page to see why.",
    )
