"""Acts of officials on an inspection (処理): one transaction with journal, letters and messages."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import assigning, improving, results, rules
from madoguchi.cases.inspections.access import inspection_for, roles_on
from madoguchi.cases.inspections.models import Inspection
from madoguchi.cases.inspections.programme import pinned
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.step import Step, note
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock

_WORK = {
    "assign": assigning.assign,
    "announce": assigning.announce,
    "go_unannounced": assigning.go_unannounced,
    "cancel": assigning.cancel,
    "finish": results.finish,
    "resume": results.resume,
    "set_finding": results.set_finding,
    "remove_finding": results.remove_finding,
    "propose_results": results.propose,
    "return_results": results.send_back,
    "approve_results": results.approve,
    "accept_report": improving.accept_report,
    "return_report": improving.return_report,
    "propose_closing": improving.propose_closing,
    "return_closing": improving.return_closing,
    "approve_closing": improving.approve_closing,
}


async def act(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    inspection_id: str,
    name: str,
    form: Mapping[str, Any],
) -> Inspection:
    """Do an act; the caller commits. `form` may carry the `revision` that was shown.

    CaseError 404 for whoever may not read it, 403 for another role or the person who proposed,
    409 in another state or when it changed since it was shown; Refused 422 with a fault a field.
    """
    inspection = await inspection_for(session, actor, inspection_id, lock=True)
    done = rules.ACTS.get(name)
    if done is None:
        raise not_found()
    if not done.by & roles_on(actor, inspection.agency_id, inspection.organisation_id):
        raise refusal("not-your-role")
    seen = form.get("revision")
    if inspection.state not in done.sources or (
        seen is not None and str(seen) != str(inspection.revision)
    ):
        raise refusal("inspection-changed")
    if done.second and (inspection.proposal or {}).get("by") == actor.id:
        raise refusal("second-person")
    step = Step(session, actor, clock(), inspection, await pinned(session, inspection.digest), form)
    source = inspection.state
    payload = await _WORK[name](step)
    inspection.state = step.to or done.to or inspection.state
    inspection.revision += 1
    inspection.updated_at = step.at
    await session.flush()
    await note(
        session,
        inspection,
        name,
        actor,
        step.at,
        {"from": source, "to": inspection.state, **payload},
    )
    return inspection
