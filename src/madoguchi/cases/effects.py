"""The effects of an act (処理の効果): registers, letters, facts, fees and messages.

All happen in the transaction of the act, so either all of them or none. The register comes first,
because letters, facts and messages may name the number it gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases import letters
from madoguchi.cases.errors import case_error
from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.models import Case, Letter, RegisterEntry
from madoguchi.cases.offices import office_named
from madoguchi.cases.paying import decision_fees, request_fee
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.messages import service as messages
from madoguchi.procedures.package.spec import RegisterSpec
from madoguchi.procedures.service import Package, Transition
from madoguchi.registry.service import record_fact

_ORDER = ("fee", "register", "letter", "facts", "message")
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
    done = Effected()
    for kind, key in wanted:
        if kind == "message":
            await _tell(session, case, package, key, form, done, at)
        elif judged is not None:
            await _effect(session, case, package, kind, key, actor, at, judged, done)
    if judged is not None:
        for fee in decision_fees(package, case):
            await _ask_fee(session, case, package, judged, fee, at, done)
    return done


async def _effect(
    session: AsyncSession,
    case: Case,
    package: Package,
    kind: str,
    key: str,
    actor: Actor,
    at: datetime,
    judged: CaseVerdict,
    done: Effected,
) -> None:
    if kind == "register" and package.register is not None:
        await _register(session, case, package, actor, at, judged, done)
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


async def _register(
    session: AsyncSession,
    case: Case,
    package: Package,
    actor: Actor,
    at: datetime,
    judged: CaseVerdict,
    done: Effected,
) -> None:
    assert package.register is not None  # noqa: S101 - the caller asked
    register, spec = package.register, package.register.spec
    on = jst_date(at)
    change = Change(actor.id, at, on, case.id)
    public = [name for name, column in spec.columns.items() if column.public]
    entry_id = None if spec.action == "enter" else entry_of(case, spec.entry)
    number = await _number(session, case, spec, entry_id, on)
    context = judged.context(case, number=number, decided_on=on)
    columns = {name: rule(context) for name, rule in register.columns.items()}
    until = register.valid_until(context) if register.valid_until is not None else None
    valid_to = registers.day_after(until) if isinstance(until, date) else None
    if entry_id is None:
        done.entry = await registers.enter(
            session,
            Registration(
                register=spec.name,
                number=number,
                agency_id=case.agency_id,
                organisation_id=case.organisation_id,
                organisation_name=case.organisation_name or case.filer_name,
                columns=columns,
                public=public,
                labels=registers.labels_of(spec),
                valid_to=valid_to,
            ),
            change,
        )
    elif spec.action == "close":
        done.entry = await registers.close(session, entry_id, change)
    else:
        done.entry = await registers.amend(
            session, entry_id, columns, public, change, valid_to=valid_to
        )
    done.register_number = done.number = number


async def _number(
    session: AsyncSession, case: Case, spec: RegisterSpec, entry_id: str | None, on: date
) -> str:
    """The number of the registration: its own, or the next of the office for a new one."""
    if entry_id is not None:
        return await registers.number_of(session, entry_id)
    return await take_number(
        session,
        kind="register",
        name=spec.name,
        template=spec.number,
        agency_id=case.agency_id,
        office=(await office_named(session, case.agency_id)).short,
        on=on,
    )


def entry_of(case: Case, name: str | None) -> str:
    """The registration a case amends or closes: the answer to the field `name` of type entry."""
    chosen = case.data.get(name or "")
    entry_id = chosen.get("id") if isinstance(chosen, Mapping) else chosen
    if not isinstance(entry_id, str):
        raise case_error(
            "no-entry-chosen",
            409,
            "どの登録についての手続か、申請に書かれていません。",
            "The filing does not say which registration it is about.",
        )
    return entry_id


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
    message = package.messages.get(key)
    if message is None:
        return
    reason = next((form[name] for name in _REASONS if isinstance(form.get(name), str)), "")
    await messages.notify(
        session,
        to=messages.Recipient(organisation=case.organisation_id)
        if case.organisation_id
        else messages.Recipient(person=case.filer_id),
        subject=dict(message.subject),
        body=dict(message.body),
        at=at,
        # One message of a kind for each act: doing the act again finds the key used.
        dedupe_key=f"case:{case.id}:{len(case.acts)}:{key}",
        link=f"/cases/{case.id}",
        case_id=case.id,
        values={
            "title": case.title,
            "arrival_number": case.arrival_number,
            "reason": reason,
            "number": done.number,
        },
    )
