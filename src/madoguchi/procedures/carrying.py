"""A corporation carried to a procedure (法人番号の引継ぎ): from its page to the form.

Only its number travels, in the address. It gives no right to anything: the published record is
filled in for it, and whoever may act for the corporation is offered to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.service import ActingFor, Actor, choices_shown
from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.queries import current

PARAMETER = "corporation"


@dataclass(frozen=True)
class Carried:
    """A corporation somebody brings along.

    `acting`: they act for it now. `choice`: they do not, but may by choosing it.
    """

    number: str
    name: str
    acting: bool = False
    choice: ActingFor | None = None


def carried_number(given: Mapping[str, str]) -> str:
    """The number that is carried among parameters or answers of a form; "" for none or a wrong one."""
    number = given.get(PARAMETER) or ""
    return number if is_corporate_number(number) else ""


async def carried(session: AsyncSession, number: str) -> Carried | None:
    """The corporation of a carried number; None where the registry holds none."""
    record = await current(session, number) if number else None
    if record is None or record.process == DELETED:
        return None
    return Carried(record.number, record.name)


async def carried_by(
    session: AsyncSession, actor: Actor, procedure_id: str, number: str, today: date
) -> Carried | None:
    """The same with what the actor may do for it in this procedure."""
    found = await carried(session, number)
    if found is None or actor.kind == "public":
        return found
    for item in await choices_shown(session, actor.id, actor.shown, today):
        if item.organisation.corporate_number != found.number:
            continue
        if item.organisation.id == actor.organisation:
            return replace(found, acting=True)
        if not item.procedures or procedure_id in item.procedures:
            return replace(found, choice=item)
    return found
