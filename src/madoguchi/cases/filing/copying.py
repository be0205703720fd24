"""Beginning anew from an earlier filing (控えをコピーして新しく作る)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_case, still_there
from madoguchi.cases.filing.drafts import start_draft, touch
from madoguchi.cases.models import Draft
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Field

# A pledge is given anew each time, files must be of today, the rest the engine supplies.
_LEFT_OUT = frozenset({"pledge", "file", "note"})


async def copy_filing(session: AsyncSession, actor: Actor, clock: Clock, case_id: str) -> Draft:
    """A new draft, in the version in force today, with the answers of an earlier filing.

    Answers of fields that no longer exist, pledges and files are left out. Raises CaseError 404,
    ProcedureError 404 when the procedure is not open.
    """
    case = still_there(await own_case(session, actor, case_id))
    draft = await start_draft(
        session, actor, clock, case.procedure_id, catalogue_id=case.catalogue_id
    )
    package = await procedures.package(session, draft.digest)
    answers = copied(package.fields, case.data)
    draft.entered = {**draft.entered, **answers}
    draft.provenance = {
        pointer: origin
        for pointer, origin in draft.provenance.items()
        if pointer.split("/")[1] not in answers
    }
    draft.copied_from = case.id
    touch(draft, clock())
    await session.flush()
    return draft


def copied(fields: Mapping[str, Field], data: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of an earlier filing that these fields can take again."""
    return {
        name: value
        for name, value in data.items()
        if name in fields and _takes(fields[name]) and _fits(fields[name], value)
    }


def _takes(field: Field) -> bool:
    return (
        field.type not in _LEFT_OUT
        and field.calculate is None
        and not field.spec.readonly
        and not field.for_officials
    )


def _fits(field: Field, value: Any) -> bool:
    """Whether a value has the shape of the field, which may have changed its type since."""
    if field.parts:
        return isinstance(value, Mapping) and value.keys() <= field.parts.keys()
    if field.type == "table":
        return isinstance(value, list) and all(
            isinstance(row, Mapping) and row.keys() <= {*field.columns, "row"} for row in value
        )
    if field.type == "multichoice":
        return isinstance(value, list)
    return field.type == "entry" or not isinstance(value, Mapping | list)
