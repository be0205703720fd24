"""What a decision writes into a register (登録簿への記載), as the package's `register:` says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.judging import CaseVerdict
from madoguchi.cases.ledgers.accounts import keep_accounts
from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.cases.offices import office_named
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.labels import labels_of
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.rules import ENDED
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.cases.registers.standing import Holder, pass_on
from madoguchi.cases.registers.succession import tell_former
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.package.compiled import Register
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.service import Package

LONGEST_KIND = 30  # of a number: what stands for {kind}


async def register_decision(
    session: AsyncSession,
    case: Case,
    package: Package,
    key: str,
    actor: Actor,
    at: datetime,
    judged: CaseVerdict,
) -> RegisterEntry:
    """Enter, amend, close or pass on an entry, as of the day the package says; the entry.

    CaseError 409 when the filing names no entry, the entry has ended, or its ledgers do not allow it.
    """
    entry = await _written(session, case, package, key, actor, at, judged)
    if package.register is not None and entry.status not in ENDED:
        change = Change(actor.id, at, jst_date(at), case.id)
        await keep_accounts(session, entry, package.register.ledgers, change)
    return entry


async def _written(
    session: AsyncSession,
    case: Case,
    package: Package,
    key: str,
    actor: Actor,
    at: datetime,
    judged: CaseVerdict,
) -> RegisterEntry:
    register = package.register
    assert register is not None  # noqa: S101 - the caller asked
    spec, on = register.spec, jst_date(at)
    public = [name for name, column in spec.columns.items() if column.public]
    # A case that entered something and comes to it again changes what it entered.
    own = await registers.entry_made_by(session, case.id, spec.name)
    again = own is not None and spec.action != "succeed"
    known = judged.context(case, decided_on=on)
    entry_id = own if again or spec.action == "enter" else entry_of(case, register, known)
    kind = register.kind(known) if register.kind is not None else None
    number = await _number(session, case, spec, entry_id, on, kind)
    context = judged.context(case, number=number, decided_on=on)
    columns = {name: rule(context) for name, rule in register.columns.items()}
    until = register.valid_until(context) if register.valid_until is not None else None
    valid_to = registers.day_after(until) if isinstance(until, date) else None
    effective = register.effective(context) if register.effective is not None else None
    change = Change(actor.id, at, effective if type(effective) is date else on, case.id)
    if entry_id is None:
        return await registers.enter(
            session,
            Registration(
                register=spec.name,
                number=number,
                agency_id=case.agency_id,
                organisation_id=case.organisation_id,
                organisation_name=case.organisation_name or case.filer_name,
                columns=columns,
                public=public,
                labels=labels_of(spec, package.fields),
                valid_to=valid_to,
            ),
            change,
        )
    if "close" in (key, spec.action):
        return await registers.close(session, entry_id, change)
    if spec.action == "succeed":
        to = Holder(case.organisation_id, case.organisation_name or case.filer_name, case.agency_id)
        found = await pass_on(session, entry_id, to, columns, public, change, number)
        await tell_former(session, *found, change, sorted(package.facts))
        return found[0]
    if own is not None:
        change = replace(change, on=on)  # it stands already: what is changed counts from now on
    return await registers.amend(session, entry_id, columns, public, change, valid_to=valid_to)


async def _number(
    session: AsyncSession,
    case: Case,
    spec: RegisterSpec,
    entry_id: str | None,
    on: date,
    kind: object,
) -> str:
    """The number of the registration: its own, or the next of the office for a new one."""
    if entry_id is not None and not (spec.action == "succeed" and spec.renumber):
        return await registers.number_of(session, entry_id)
    if spec.kind is not None and not (isinstance(kind, str) and kind and len(kind) <= LONGEST_KIND):
        raise case_error(
            "no-number-kind",
            409,
            "登録番号の区分が決まりません。区分のもとになる記載を確かめてください。",
            "The kind in the number cannot be told. See what the filing says of it.",
        )
    return await take_number(
        session,
        kind="register",
        name=spec.name,
        template=spec.number,
        agency_id=case.agency_id,
        office=(await office_named(session, case.agency_id)).short,
        on=on,
        sort=str(kind or ""),
    )


def entry_of(case: Case, register: Register, context: Mapping[str, object]) -> str:
    """The registration a case is about: the answer to a field of type entry, or what a rule finds."""
    chosen = case.data.get(register.spec.entry or "")
    if chosen is None and register.entry is not None:
        chosen = register.entry(context)
    entry_id = chosen.get("id") if isinstance(chosen, Mapping) else chosen
    if not isinstance(entry_id, str):
        raise case_error(
            "no-entry-chosen",
            409,
            "どの登録についての手続か、申請に書かれていません。",
            "The filing does not say which registration it is about.",
        )
    return entry_id
