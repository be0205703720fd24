"""An entry at the desk (登録簿の担当者画面): for officials of its agency, with the acts it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.cases.registers.holding import as_context
from madoguchi.cases.registers.rules import Span
from madoguchi.cases.registers.service import current, span_of
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.ids import is_id
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package


@dataclass(frozen=True)
class Opened:
    """An entry as an official has it before them: what the register says now, and their roles."""

    rows: Sequence[RegisterEntry]
    now: RegisterEntry
    roles: frozenset[str]

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.now.entry_id

    @property
    def spans(self) -> list[Span]:
        """What the register says, in order of days."""
        return [span_of(row) for row in self.rows]

    @property
    def stamp(self) -> str:
        """What the register says, as a short text: another as soon as anything changed."""
        return sha256_hex(",".join(sorted(row.id for row in self.rows)).encode())[:32]

    def context(self) -> dict[str, object]:
        """`entry` of rules, as it stands now."""
        return {**as_context(self.now), "entered_on": self.rows[0].valid_from}


async def entry_at_desk(
    session: AsyncSession, actor: Actor, entry_id: str, today: date, *, lock: bool = False
) -> Opened:
    """An entry of the official's agency; CaseError 404 for everyone else. `lock` for changing it."""
    if actor.kind != "official" or not is_id(entry_id):
        raise not_found()
    if lock:
        rows = (await current(session, entry_id))[0]
    else:
        query = select(RegisterEntry).where(
            RegisterEntry.entry_id == entry_id, RegisterEntry.superseded_at.is_(None)
        )
        rows = (
            await session.scalars(query.order_by(RegisterEntry.valid_from, RegisterEntry.id))
        ).all()
    if not rows:
        raise not_found()
    now = standing_on(rows, today)
    roles = roles_at(actor, now.agency_id)
    if not roles:
        raise not_found()
    return Opened(rows, now, roles)


def standing_on(rows: Sequence[RegisterEntry], day: date) -> RegisterEntry:
    """The version in force on a day, else the last before it, else the first to come."""
    begun = [row for row in rows if row.valid_from <= day]
    return begun[-1] if begun else rows[0]


def not_of_their_own(actor: Actor, opened: Opened) -> None:
    """CaseError 403 where the official belongs to the holder (利害関係)."""
    holder = opened.now.organisation_id
    if holder is not None and holder in (actor.organisation, actor.own_organisation):
        raise case_error(
            "own-entry",
            403,
            "ご自身の組織の登録は扱えません。ほかの担当者に任せてください。",
            "This registration is your own organisation's. Leave it to a colleague.",
        )


async def package_of(session: AsyncSession, opened: Opened, on: date) -> Package | None:
    """The procedure whose acts an entry has: the one that entered it, else one that enters such."""

    def enters(package: Package) -> bool:
        register = package.register
        return (
            register is not None
            and register.spec.name == opened.now.register
            and register.spec.action == "enter"
        )

    case_id = await session.scalar(
        select(RegisterEntry.case_id)
        .where(RegisterEntry.entry_id == opened.id, RegisterEntry.case_id.is_not(None))
        .order_by(RegisterEntry.recorded_at, RegisterEntry.id)
        .limit(1)
    )
    case = await session.get(Case, case_id) if case_id is not None else None
    if case is not None:
        try:
            found = await procedures.current(session, case.procedure_id, on)
        except procedures.ProcedureError:
            found = None
        if found is not None and enters(found):
            return found
    every = await procedures.all_current(session, on)
    return next((package for package in every if enters(package)), None)
