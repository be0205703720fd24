"""Acts of officials on a case (処理): one transaction with journal entry and all effects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import OFFICIAL
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.perform import Deed, perform
from madoguchi.cases.desk.points import unknown_points
from madoguchi.cases.desk.stage import WORK
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.transition import bound_hash, history
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import (
    Action,
    Environment,
    Fault,
    Package,
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

    @property
    def parts(self) -> list[Mapping[str, Any]]:
        """One part for each fault of the form."""
        return [
            {"pointer": f"#{fault.pointer}", "code": fault.code, "detail": fault.message}
            for fault in self.faults
        ]


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
    judged = await judge_case(session, case, package, jst_date(at), official=True)
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
    deed = Deed(actor, OFFICIAL, entered, seen.token)
    await perform(session, case, package, judged, transition, deed, clock)
    if case.assignee_id is None and case.stage == WORK and roles_at(actor, case.agency_id):
        case.assignee_id = actor.id  # whoever begins the work has it; not who passed it on
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
