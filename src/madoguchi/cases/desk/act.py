"""Acts of officials on a case (処理): one transaction with journal entry and all effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.points import note_points, unknown_points
from madoguchi.cases.desk.stage import WORK
from madoguchi.cases.effects import Effected, run_effects
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.transition import bound_hash, history, move, proposal_hash, proposals, remember
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import (
    Action,
    Environment,
    Fault,
    Package,
    Transition,
    advance,
    evaluate_form,
)


class FormRefused(CaseError):
    """The form of an action has faults (入力の誤り): each with its pointer under /form."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            "invalid_form",
            422,
            {
                "ja": "入力に直すところがあります。項目ごとの説明をご覧ください。",
                "en": "Something in the form needs correcting. See the note at each answer.",
            },
            pointers=tuple(fault.pointer for fault in faults),
        )
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Seen:
    """What an official had before them when they acted; None is not checked.

    `token` names one showing of a form: sending it twice acts once.
    """

    revision: int | None = None
    content_hash: str | None = None
    state: str | None = None
    token: str | None = None


async def act(
    session: AsyncSession,
    actor: Actor,
    case_id: str,
    name: str,
    form: Mapping[str, Any],
    seen: Seen,
    clock: Clock,
) -> Case:
    """Do an action on a case; the caller commits.

    CaseError 404 for whoever has no role at the case's agency; WorkflowError (404, 403, 409) as
    `advance` says; 409 when the case changed since it was shown; FormRefused 422.
    """
    case = await case_at_desk(session, actor, case_id, lock=True)
    if seen.token and any(
        done.get("token") == seen.token and done["actor"] == actor.id for done in case.acts
    ):
        return case  # the second of two clicks
    package = await procedures.package(session, case.digest)
    at = clock()
    judged = await judge_case(session, case, package, jst_date(at))
    action = package.machine.actions.get(name)
    values, entered, faults = _form(package, action, form, judged.context(case), judged.environment)
    transition = advance(
        package.machine,
        name,
        case.state,
        _roles(actor, case),
        actor.id,
        history(case),
        bound_hash(case, action) if action else case.content_hash,
        judged.context(case, form=values),
    )
    _unchanged(case, transition.action, seen)
    if faults:
        raise FormRefused(faults)
    source = case.state
    bound = _bind(case, package, transition, entered)
    move(case, package.machine, transition, package.spec.standard_period, at)
    remember(case, name, actor.id, bound, at, seen.token)
    _keep(session, case, package, transition, entered, at)
    if case.assignee_id is None and case.stage == WORK:
        case.assignee_id = actor.id  # whoever begins the work has it
    done = await run_effects(session, case, package, transition, entered, actor, clock, judged)
    await _journal(session, case, actor, transition, source, entered, bound, done, at)
    await session.flush()
    return case


def _roles(actor: Actor, case: Case) -> frozenset[str]:
    """The actor's roles at the case's agency; none in a case of their own (利害関係)."""
    own = {actor.organisation, actor.own_organisation} - {None}
    if actor.id == case.filer_id or case.organisation_id in own:
        raise case_error(
            "own-case",
            403,
            "ご自分が提出した案件は、処理できません。ほかの担当者に任せてください。",
            "You cannot handle a filing of your own. Leave it to a colleague.",
        )
    return roles_at(actor, case.agency_id)


def _form(
    package: Package,
    action: Action | None,
    form: Mapping[str, Any],
    context: Mapping[str, object],
    environment: Environment,
) -> tuple[dict[str, object], dict[str, object], list[Fault]]:
    """The form's values, their JSON, and the faults that keep it from being done."""
    if action is None:
        return {}, {}, []
    values, entered, faults = evaluate_form(action.form, form, context, environment)
    errors = [fault for fault in faults if fault.severity == "error"]
    return values, entered, errors or unknown_points(package, action, entered)


def _unchanged(case: Case, action: Action, seen: Seen) -> None:
    """CaseError 409 when the case is not as it was shown."""
    changed = (
        (seen.revision is not None and seen.revision != case.revision)
        or (seen.state is not None and seen.state != case.state)
        or (seen.content_hash is not None and seen.content_hash != bound_hash(case, action))
    )
    if changed:
        raise case_error(
            "case-changed",
            409,
            "画面を開いたあとで、この案件の内容が変わりました。新しい内容を確かめて、もう一度行ってください。",
            "The case changed after you opened the page. Look at it again and repeat the action.",
        )


def _bind(case: Case, package: Package, transition: Transition, entered: Mapping[str, Any]) -> str:
    """The hash this act is bound to; a proposal is kept, with what it proposes."""
    name = transition.action.name
    if name not in proposals(package.machine):
        return bound_hash(case, transition.action)
    bound = proposal_hash(case.content_hash, name, entered)
    case.last_proposal = {"action": name, "content_hash": bound, "form": dict(entered)}
    return bound


def _keep(
    session: AsyncSession,
    case: Case,
    package: Package,
    transition: Transition,
    entered: Mapping[str, Any],
    at: datetime,
) -> None:
    """What the form said: for letters, and for the applicant who is to correct something."""
    form = transition.action.form
    told = {
        n: entered.get(n) for n, f in form.items() if not f.for_officials and f.type != "points"
    }
    if transition.action.name in proposals(package.machine) or transition.final:
        case.decision = {**case.decision, **told}
    points = next((n for n, field in form.items() if field.type == "points"), None)
    if case.stage == "applicant":
        asked = [str(pointer) for pointer in entered.get(points or "") or ()]
        case.correction = {
            "points": asked,
            "reason": told.get("reason"),
            "due": told.get("due"),
            "at": at.isoformat(),
        }
        note_points(session, case, package, asked, at)


async def _journal(
    session: AsyncSession,
    case: Case,
    actor: Actor,
    transition: Transition,
    source: str,
    entered: Mapping[str, Any],
    bound: str,
    done: Effected,
    at: datetime,
) -> None:
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=transition.action.name,
        actor=actor.id,
        at=at,
        payload={
            "actor_name": actor.name,
            "side": "official",
            "from": source,
            "to": transition.to,
            "outcome": transition.outcome,
            "form": dict(entered),
            "revision": case.revision,
            "content_hash": bound,
            "due_on": case.due_on,
            **done.as_payload(),
        },
    )
