"""Telling holders and inspectors (お知らせ): the texts are in notices.toml."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections.letters import inspectors_of
from madoguchi.cases.inspections.models import Inspection
from madoguchi.kernel.language import Texts
from madoguchi.messages import service as messages
from madoguchi.messages.service import Recipient

_TEXTS = Texts.load([Path(__file__).with_name("notices.toml")])


async def tell_holder(
    session: AsyncSession,
    inspection: Inspection,
    notice: str,
    once: str,
    at: datetime,
    values: Mapping[str, object] | None = None,
) -> None:
    """A message to the holder, once for each `once`; its link leads to their page of it."""
    organisation = inspection.organisation_id
    to = Recipient(organisation=organisation, person=None if organisation else inspection.person_id)
    if to.person is not None or to.organisation is not None:
        await _tell(
            session, inspection, to, notice, f"{notice}:{once}", at, "/inspections/", values
        )


async def tell_inspectors(
    session: AsyncSession,
    inspection: Inspection,
    notice: str,
    once: str,
    at: datetime,
    values: Mapping[str, object] | None = None,
) -> None:
    """A message to each inspector of the inspection, once for each `once`."""
    for inspector in await inspectors_of(session, inspection.id):
        to, key = Recipient(person=inspector.person_id), f"{notice}:{once}:{inspector.person_id}"
        await _tell(session, inspection, to, notice, key, at, "/desk/inspections/", values)


async def _tell(
    session: AsyncSession,
    inspection: Inspection,
    to: Recipient,
    notice: str,
    key: str,
    at: datetime,
    base: str,
    values: Mapping[str, object] | None,
) -> None:
    await messages.notify(
        session,
        to=to,
        subject=_TEXTS.text(f"{notice}.subject"),
        body=_TEXTS.text(f"{notice}.body"),
        at=at,
        dedupe_key=f"inspection:{inspection.id}:{key}",
        link=f"{base}{inspection.id}",
        values={"title": inspection.title, "number": inspection.number, **(values or {})},
    )
