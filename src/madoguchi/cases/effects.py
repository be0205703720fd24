"""The effects of an act (処理の効果): registers, letters, facts, fees and messages.

All happen in the transaction of the act, so either all of them or none. The register comes first,
because letters, facts and messages may name the number it gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases import letters
from madoguchi.cases.announcing import announce_act
from madoguchi.cases.crosscase.pools import grant, release
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.expiry.expiring import renewal_ended
from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.ledgers.endorsing import endorse, give_back_all
from madoguchi.cases.models import Case, Letter, RegisterEntry
from madoguchi.cases.obligations.fulfilling import case_ended
from madoguchi.cases.offices import office_named
from madoguchi.cases.opinions.asking import ask
from madoguchi.cases.paying import decision_fees, request_fee
from madoguchi.cases.registering import register_decision
from madoguchi.cases.timers import set_timers
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.periods import until_text
from madoguchi.messages import service as messages
from madoguchi.procedures.service import Package, Transition
from madoguchi.registry.service import record_fact

_ORDER = (
    "forward",
    "opinion",
    "fee",
    "quota",
    "reserve",
    "ledger",
    "register",
    "letter",
    "facts",
    "message",
)
_REASONS = ("reason", "reasons", "comment")


@dataclass
class Effected:
    """What the effects of one act made, for the journal."""

    number: str = ""
    register_number: str | None = None
    entry: RegisterEntry | None = None
    letters: list[Letter] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    fees: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    forwarded: dict[str, str] = field(default_factory=dict)

    def as_payload(self) -> dict[str, Any]:
        """Plain data, only what there is."""
        made = {
            "register": {"name": self.entry.register, "number": self.entry.number}
            if self.entry
            else None,
            "letters": [
                {"key": letter.key, "number": letter.number, "content_hash": letter.content_hash}
                for letter in self.letters
            ],
            "facts": self.facts,
            "fees": self.fees,
            "asked": self.asked,
            "forwarded": self.forwarded,
        }
        return {name: value for name, value in made.items() if value}


async def run_effects(
    session: AsyncSession,
    case: Case,
    package: Package,
    transition: Transition,
    form: Mapping[str, Any],
    actor: Actor,
    clock: Clock,
    judged: CaseVerdict | None = None,
) -> Effected:
    """Carry out what a transition causes, in the caller's transaction; the case has moved already.

    `form` holds the JSON of the action's form. What the package does not define (no letter of that
    key, no register) is passed over: patterns name effects that a package may do without.
    """
    at = clock()
    wanted = sorted(transition.effects, key=lambda effect: _ORDER.index(effect[0]))
    kinds = {kind for kind, _ in wanted}
    if judged is None and (kinds - {"message"} or decision_fees(package, case)):
        judged = await judge_case(session, case, package, jst_date(at))
    await set_timers(session, case, package, judged, at)
    done = Effected()
    for kind, key in wanted:
        if kind == "message":
            await _tell(session, case, package, key, form, done, at)
        elif judged is not None:
            await _effect(session, case, package, kind, key, form, actor, at, judged, done)
    if judged is not None:
        for fee in decision_fees(package, case):
            await _ask_fee(session, case, package, judged, fee, at, done)
    await case_ended(session, case, at)
    await announce_act(session, case, transition, done.letters, at)
    if case.outcome in VOID:
        await release(session, case)
        await give_back_all(session, case, actor, at)
        await renewal_ended(session, case, package, at)
    return done


async def _effect(
    session: AsyncSession,
    case: Case,
    package: Package,
    kind: str,
    key: str,
    form: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    judged: CaseVerdict,
    done: Effected,
) -> None:
    if kind == "forward" and case.forward_to is not None:
        done.forwarded = {"from": case.agency_id, "to": case.forward_to}
        case.agency_id, case.forward_to, case.assignee_id = case.forward_to, None, None
        case.forwarded_at = at
    elif kind == "register" and package.register is not None:
        done.entry = await register_decision(session, case, package, key, actor, at, judged)
        done.register_number = done.number = done.entry.number
    elif kind == "letter" and key in package.spec.letters:
        letter = await letters.issue(
            session,
            case,
            package,
            judged.verdict,
            await office_named(session, case.agency_id),
            key,
            at,
            register_number=done.register_number,
        )
        done.letters.append(letter)
        done.number = done.number or letter.number
    elif kind == "facts":
        await _facts(session, case, package, at, judged, done)
    elif kind == "fee":
        await _ask_fee(session, case, package, judged, key, at, done)
    elif kind == "quota":
        await grant(session, case, package, key, judged.context(case, decided_on=jst_date(at)))
    elif kind in ("reserve", "ledger"):
        context = judged.context(case, decided_on=jst_date(at))
        await endorse(
            session, case, package.endorsements[key], context, actor, at, final=kind == "ledger"
        )
    elif kind == "opinion":
        block = package.machine.opinions[key]
        asked = await ask(session, case, block, form, judged.context(case), actor, at)
        done.asked += [task.agency_id for task in asked]


async def _facts(
    session: AsyncSession,
    case: Case,
    package: Package,
    at: datetime,
    judged: CaseVerdict,
    done: Effected,
) -> None:
    party = case.organisation_id or case.filer_id
    origin: dict[str, Any] = {"source": dict(package.title), "source_key": f"case:{case.id}"}
    context = judged.context(case, number=done.number, decided_on=jst_date(at))
    for name, rule in package.facts.items():
        value = rule(context)
        # Nothing is a fact too: what was known no longer holds (a registration was closed).
        await record_fact(session, party, name, value, **origin, as_of=jst_date(at), at=at)
        done.facts.append(name)


async def _ask_fee(
    session: AsyncSession,
    case: Case,
    package: Package,
    judged: CaseVerdict,
    fee_id: str,
    at: datetime,
    done: Effected,
) -> None:
    due = next((fee for fee in judged.verdict.fees if fee.id == fee_id), None)
    if due is not None and await request_fee(session, case, due, at):
        done.fees.append(fee_id)


async def _tell(
    session: AsyncSession,
    case: Case,
    package: Package,
    key: str,
    form: Mapping[str, Any],
    done: Effected,
    at: datetime,
) -> None:
    reason = next((form[name] for name in _REASONS if isinstance(form.get(name), str)), "")
    told = notice_of(case, package, key, reason, done.number)
    if told is not None:
        await messages.notify(session, at=at, **told)


def notice_of(
    case: Case, package: Package, key: str, reason: str = "", number: str = ""
) -> dict[str, Any] | None:
    """What the applicant is told by the package's message `key`: arguments of `messages.notify`."""
    message = package.messages.get(key)
    if message is None:
        return None
    return {
        "to": messages.Recipient(organisation=case.organisation_id)
        if case.organisation_id
        else messages.Recipient(person=case.filer_id),
        "subject": dict(message.subject),
        "body": dict(message.body),
        # One message of a kind for each act: doing the act again finds the key used.
        "dedupe_key": f"case:{case.id}:{len(case.acts)}:{key}",
        "link": f"/cases/{case.id}",
        "case_id": case.id,
        "values": {
            "title": case.title,
            "arrival_number": case.arrival_number,
            "reason": reason,
            "number": number,
            "due": until_text(case.act_by) if case.act_by else "",
        },
    }
