"""A carried corporation in a new draft (法人番号の引継ぎ): its published record, nothing else."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.corporation_places import Place, put
from madoguchi.cases.filing.from_registry import Filled, fill_corporation
from madoguchi.cases.models import Draft
from madoguchi.identity import service as identity
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Field, Package

_NO_PLACE: Text = {
    "ja": "引き継いだ法人は、この手続では入力していません",
    "en": "The corporation you brought along was not filled in",
}
_NO_PLACE_BODY: Text = {
    "ja": "空いている法人の欄がありません。ご自身の法人ではない法人を代理するときは、委任が要ります。",
    "en": "No question for a corporation is left empty. To file for another corporation you need its mandate.",
}


async def carry(session: AsyncSession, draft: Draft, number: str) -> Filled | None:
    """Fill a corporation into the first question of a new draft that asks for one and is empty.

    What the account filled in stays: whoever files, files for whom they act. None when that is the
    corporation itself: nothing is to be done. The caller commits.
    """
    if draft.organisation_id is not None:
        own = await identity.organisation(session, draft.organisation_id)
        if own.corporate_number == number:
            return None
    package = await procedures.package(session, draft.digest)
    field = _empty(package, draft)
    if field is None:
        return Filled({}, {}, _NO_PLACE, _NO_PLACE_BODY, "info")
    place = Place(f"/{field.name}", field, {"number": number})
    filled = await fill_corporation(session, place)
    draft.entered = put(draft.entered, place.pointer, filled.value)
    draft.provenance = {**draft.provenance, **plain(filled.provenance)}
    return filled


def _empty(package: Package, draft: Draft) -> Field | None:
    return next(
        (
            field
            for field in package.fields.values()
            if field.type == "corporation"
            and not field.spec.readonly
            and not field.for_officials
            and not draft.entered.get(field.name)
        ),
        None,
    )
