"""Points to correct (補正の指摘): which places of a filing an official may name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.models import CorrectionPoint
from madoguchi.cases.models import Case
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.service import Action, Fault, Field, Package

ATTACHMENTS = "attachments"


def unknown_points(package: Package, action: Action, entered: Mapping[str, Any]) -> list[Fault]:
    """A fault for each `points` answer that names a place no applicant can correct."""
    faults = []
    for name, field in action.form.items():
        if field.type != "points":
            continue
        for pointer in entered.get(name) or ():
            if not can_be_corrected(package, str(pointer)):
                shown = str(pointer)[:60]
                message = {
                    "ja": f"「{shown}」という項目はないか、申請者が直せない項目です。",
                    "en": f"There is no answer “{shown}”, or the applicant cannot correct it.",
                }
                faults.append(Fault(f"/form/{name}", "unknown-point", message))
    return faults


def can_be_corrected(package: Package, pointer: str) -> bool:
    """Whether a pointer names an answer or attachment an applicant gives."""
    steps = pointer.removeprefix("/").split("/")
    if steps[0] == ATTACHMENTS:
        return len(steps) == 2 and steps[1] in package.attachments
    field = package.field_at(pointer)
    return field is not None and is_open(field)


def is_open(field: Field) -> bool:
    """Whether an applicant answers this question (not calculated, not officials', not a note)."""
    return not (field.for_officials or field.calculate is not None or field.type == "note")


def question_of(package: Package, pointer: str) -> str:
    """The pointer of the question: `*` for row ids ("/equipment/r1/volume" → …/*/volume)."""
    steps = pointer.removeprefix("/").split("/")
    field = package.fields.get(steps[0])
    if field is not None and field.type == "table" and len(steps) > 1:
        steps[1] = "*"
    return "/" + "/".join(steps)


def note_points(
    session: AsyncSession, case: Case, package: Package, pointers: list[str], at: datetime
) -> None:
    """Keep which questions had to be corrected, for the figures of the procedure."""
    for question in dict.fromkeys(question_of(package, pointer) for pointer in pointers):
        session.add(
            CorrectionPoint(
                id=new_id(),
                case_id=case.id,
                agency_id=case.agency_id,
                procedure_id=case.procedure_id,
                digest=case.digest,
                pointer=question,
                at=at,
            )
        )
