"""One act on many cases (一括処理): the same decision for a round, each case recorded for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.act import FormRefused, Seen, act
from madoguchi.cases.desk.view import Offered, offered
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.transition import bound_hash
from madoguchi.identity.service import Actor, agencies_where, roles_at
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action, Package

MOST = 200


class TogetherRefused(CaseError):
    """Some of the cases cannot be done (一括処理できない案件): nothing was; `refusals` by case id."""

    def __init__(self, refusals: Mapping[str, Text]) -> None:
        super().__init__(
            "together_refused",
            409,
            {
                "ja": "処理できない案件が{count}件あります。何も処理していません。"
                "理由を確かめて、外すか直してから、もう一度行ってください。",
                "en": "{count} of the cases cannot be done. Nothing has been done. See the reasons, "
                "leave them out or put them right, and try again.",
            },
            {"count": len(refusals)},
        )
        self.refusals = dict(refusals)

    @property
    def parts(self) -> list[Mapping[str, Any]]:
        """One part for each case, with why it cannot be done."""
        return [{"case": id, "detail": reason} for id, reason in self.refusals.items()]


@dataclass(frozen=True)
class Group:
    """Cases of one version, round and state that this official may do something with."""

    package: Package
    round_id: str | None
    state: str
    count: int
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Candidate:
    """One case the act may be done on; `content_hash` is what the act will be bound to."""

    case: Case
    content_hash: str
    refusal: Text | None


def together_actions(package: Package, state: str, roles: frozenset[str]) -> list[Action]:
    """The acts that can be done on many cases at once: those that point at no answer of one case."""
    return [
        action
        for action in package.machine.leaving(state)
        if action.by & roles and not any(field.type == "points" for field in action.form.values())
    ]


async def groups(session: AsyncSession, actor: Actor, procedure_id: str) -> list[Group]:
    """What is open at this official's agencies under a procedure, by version, round and state."""
    agencies = sorted(agencies_where(actor))
    rows = await session.execute(
        select(Case.digest, Case.round_id, Case.state, func.count())
        .where(
            Case.procedure_id == procedure_id,
            Case.agency_id.in_(agencies),
            Case.waits_for == "agency",
        )
        .group_by(Case.digest, Case.round_id, Case.state)
        .order_by(Case.round_id.desc(), Case.state, Case.digest)
    )
    found = []
    roles = frozenset(role for _, role in actor.grants)
    for digest, round_id, state, count in rows.all():
        package = await procedures.package(session, digest)
        actions = together_actions(package, state, roles)
        if actions:
            found.append(Group(package, round_id, state, count, tuple(actions)))
    return found


async def candidates(
    session: AsyncSession,
    actor: Actor,
    digest: str,
    state: str,
    round_id: str | None,
    name: str,
    now: datetime,
) -> list[Candidate]:
    """The oldest cases an act may be done on, at most MOST, with what stands against each."""
    package = await procedures.package(session, digest)
    action = package.machine.actions.get(name)
    if action is None:
        return []
    query = select(Case).where(
        Case.digest == digest,
        Case.state == state,
        Case.round_id == round_id if round_id is not None else Case.round_id.is_(None),
        Case.waits_for == "agency",
        Case.agency_id.in_(sorted(agencies_where(actor))),
    )
    cases = await session.scalars(query.order_by(Case.arrived_at, Case.id).limit(MOST))
    return [await _candidate(session, actor, case, package, action, now) for case in cases]


async def _candidate(
    session: AsyncSession, actor: Actor, case: Case, package: Package, action: Action, now: datetime
) -> Candidate:
    judged = await judge_case(session, case, package, jst_date(now), official=True)
    mine: Offered | None = next(
        (o for o in offered(package, case, judged, actor) if o.action.name == action.name), None
    )
    missing: Text = {
        "ja": "この窓口での権限がありません。",
        "en": "You do not have the role at this office.",
    }
    refusal = missing if mine is None else mine.refusal
    if not roles_at(actor, case.agency_id):
        refusal = missing
    return Candidate(case, bound_hash(case, action), refusal)


async def act_together(
    session: AsyncSession,
    actor: Actor,
    seen: Mapping[str, str],
    name: str,
    form: Mapping[str, Any],
    token: str | None,
    clock: Clock,
) -> list[Case]:
    """Do one act on every case of `seen` (id → the content hash shown); all of them or none.

    TogetherRefused 409 with the reason of each that cannot be done, FormRefused 422, CaseError 422
    for none or more than MOST. The caller commits, or rolls back when it raises.
    """
    if not 0 < len(seen) <= MOST:
        raise case_error(
            "together-count",
            422,
            "1件から{most}件までの案件を選んでください。",
            "Choose between 1 and {most} cases.",
            {"most": MOST},
        )
    done: list[Case] = []
    refusals: dict[str, Text] = {}
    for case_id in sorted(seen):  # one order for everybody: two such acts cannot deadlock
        shown = Seen(content_hash=seen[case_id], token=f"{token}:{case_id}"[:64] if token else None)
        try:
            done.append(await act(session, actor, case_id, name, form, shown, clock))
        except FormRefused:
            raise
        except DomainError as error:
            refusals[case_id] = error.message
    if refusals:
        raise TogetherRefused(refusals)
    return done


def ids_of(values: Sequence[str]) -> dict[str, str]:
    """`CASE:HASH` as forms send them, to id → hash."""
    return dict(value.split(":", 1) for value in values if ":" in value)
