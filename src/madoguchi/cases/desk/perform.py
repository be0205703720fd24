"""What an act at the desk does (処理の実行), whoever does it: an official, or the system in time.

One transaction: the state, the short history, what was decided, the effects, the journal entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.points import note_points
from madoguchi.cases.desk.routing import note_turn
from madoguchi.cases.effects import Effected, run_effects
from madoguchi.cases.judging import CaseVerdict
from madoguchi.cases.models import Case
from madoguchi.cases.transition import bound_hash, move, proposal_hash, proposals, remember
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.procedures.service import Package, Transition


@dataclass(frozen=True)
class Deed:
    """Who acts and how: `side` official | system; `entered` the form's JSON; `token` names one
    showing of a form; `due` is the moment at which the system had to act.
    """

    actor: Actor
    side: str
    entered: Mapping[str, Any]
    token: str | None = None
    due: datetime | None = None


async def perform(
    session: AsyncSession,
    case: Case,
    package: Package,
    judged: CaseVerdict,
    transition: Transition,
    deed: Deed,
    clock: Clock,
) -> None:
    """Carry out a transition that is allowed, on a locked case; the caller commits."""
    at, source, name = clock(), case.state, transition.action.name
    bound = _bind(case, package, transition, deed.entered)
    move(case, package.machine, transition, package.spec.standard_period, at)
    # What the system does late, because nobody ran it, counts from when it was due.
    remember(
        case,
        name,
        deed.actor.id,
        bound,
        deed.due or at,
        token=deed.token,
        step=transition.step,
        proxy=transition.proxy,
    )
    note_turn(case, package.machine, judged.context(case))
    _keep(session, case, package, transition, deed.entered, at)
    done = await run_effects(
        session, case, package, transition, deed.entered, deed.actor, clock, judged
    )
    await _journal(session, case, transition, source, deed, bound, done, at)
    await session.flush()


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
    """What the form said: for rules and letters, and for the applicant who is to do something."""
    form = transition.action.form
    told = {
        n: entered.get(n) for n, f in form.items() if not f.for_officials and f.type != "points"
    }
    case.decision = {**case.decision, **told}
    if case.stage != "applicant" or transition.source == transition.to:
        return
    points = next((n for n, field in form.items() if field.type == "points"), None)
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
    transition: Transition,
    source: str,
    deed: Deed,
    bound: str,
    done: Effected,
    at: datetime,
) -> None:
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=transition.action.name,
        actor=deed.actor.id,
        at=at,
        payload={
            "actor_name": deed.actor.name,
            "side": deed.side,
            "from": source,
            "to": transition.to,
            "outcome": transition.outcome,
            "form": dict(deed.entered),
            "revision": case.revision,
            "content_hash": bound,
            "due_on": case.due_on,
            **({"due_at": deed.due} if deed.due else {}),
            **({"step": transition.step, "proxy": transition.proxy} if transition.step else {}),
            **done.as_payload(),
        },
    )
