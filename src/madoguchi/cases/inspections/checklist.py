"""The checklist as it stands (検査表の状況): answers, photos, findings, conflicts, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.models import Inspection, VisitPhoto, VisitRecord
from madoguchi.cases.inspections.programme import Programme
from madoguchi.cases.inspections.rules import Written


@dataclass(frozen=True)
class State:
    """What stands of the records of a visit; `late` are those that came after the results."""

    programme: Programme
    stands: Mapping[str, Sequence[Written]]
    photos: Mapping[str, Sequence[VisitPhoto]]
    late: Sequence[VisitRecord] = ()
    late_photos: Sequence[VisitPhoto] = field(default=())

    def value(self, key: str) -> Mapping[str, Any] | None:
        """What stands under a key (the earliest of a conflict), None without any."""
        found = self.stands.get(key)
        return found[0].value if found else None

    def heads(self, key: str) -> list[str]:
        """The client ids a new record of this key replaces."""
        return [record.client_id for record in self.stands.get(key, ())]

    @property
    def conflicts(self) -> list[str]:
        """The keys under which inspectors contradict each other."""
        return [key for key, found in self.stands.items() if len(found) > 1]

    def answered(self, item: str) -> bool:
        """Whether an item has its answer; one for a photo has it with the photo."""
        spec = self.programme.block.item(item)
        key = rules.ITEM + item
        said = bool((self.value(key) or {}).get("answer"))
        return said or (spec is not None and spec.answer == "photo" and bool(self.photos.get(key)))

    @property
    def missing(self) -> list[str]:
        """The items that must be answered and are not."""
        return [
            item
            for section in self.programme.block.spec.checklist
            for item, spec in section.items.items()
            if spec.required and not self.answered(item)
        ]

    @property
    def findings(self) -> dict[str, Mapping[str, Any]]:
        """The findings recorded, by name, in the order in which they were first written."""
        found = ((key, self.value(key)) for key in self.stands if key.startswith(rules.FINDING))
        return {key.removeprefix(rules.FINDING): value for key, value in found if value is not None}

    @property
    def unmet(self) -> list[str]:
        """The items that do not conform."""
        return [
            item
            for section in self.programme.block.spec.checklist
            for item in section.items
            if (self.value(rules.ITEM + item) or {}).get("verdict") == "ng"
        ]

    @property
    def signature(self) -> Mapping[str, Any] | None:
        """Who was present, as signed."""
        return self.value(rules.SIGNATURE)

    @property
    def finished(self) -> bool:
        """Whether nothing is missing, nothing contradictory, and it was signed."""
        return not self.missing and not self.conflicts and self.signature is not None

    @property
    def present(self) -> str:
        """Who was present, as letters say it."""
        signed = self.signature or {}
        return " ".join(filter(None, (signed.get("title"), signed.get("name"))))


async def load_state(session: AsyncSession, inspection: Inspection, programme: Programme) -> State:
    """The state of an inspection's checklist."""
    rows = (
        await session.scalars(
            select(VisitRecord)
            .where(VisitRecord.inspection_id == inspection.id)
            .order_by(VisitRecord.id)
        )
    ).all()
    photos = (
        await session.scalars(
            select(VisitPhoto)
            .where(VisitPhoto.inspection_id == inspection.id, VisitPhoto.removed.is_(False))
            .order_by(VisitPhoto.made_at, VisitPhoto.id)
        )
    ).all()
    by_key: dict[str, list[VisitPhoto]] = {}
    for photo in photos:
        if not photo.late:
            by_key.setdefault(photo.key, []).append(photo)
    return State(
        programme,
        rules.standing(_written(row) for row in rows if not row.late),
        by_key,
        [row for row in rows if row.late],
        [photo for photo in photos if photo.late],
    )


def _written(row: VisitRecord) -> Written:
    return Written(
        row.client_id,
        row.key,
        row.value,
        row.replaces,
        row.author_id,
        row.author_name,
        row.made_at,
        row.received_at,
    )
