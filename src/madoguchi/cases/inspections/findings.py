"""From what was recorded on site to the findings the office works on (指摘のまとめ)."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.checklist import State
from madoguchi.cases.inspections.models import Finding, Inspection
from madoguchi.cases.inspections.programme import Programme
from madoguchi.kernel.ids import new_id

DRAFT = "draft"


async def findings_of(session: AsyncSession, inspection_id: str) -> list[Finding]:
    """The findings of an inspection by number."""
    rows = await session.scalars(
        select(Finding)
        .where(Finding.inspection_id == inspection_id)
        .order_by(Finding.number, Finding.id)
    )
    return list(rows)


async def take_over(
    session: AsyncSession, inspection: Inspection, programme: Programme, state: State
) -> None:
    """Findings as recorded on site; those the office has edited since stay as they are."""
    known = {finding.name: finding for finding in await findings_of(session, inspection.id)}
    recorded = state.findings
    for name, finding in known.items():
        if name not in recorded and finding.revision == 1:
            await session.delete(finding)
    number = max((finding.number for finding in known.values()), default=0)
    for name, value in recorded.items():
        finding_now = known.get(name)
        if finding_now is None:
            number += 1
            finding_now = Finding(
                id=new_id(),
                inspection_id=inspection.id,
                name=name,
                number=number,
                state=DRAFT,
                revision=1,
                severity=value["severity"],
                text=value["text"],
            )
            session.add(finding_now)
        elif finding_now.revision != 1:
            continue
        finding_now.severity, finding_now.text = value["severity"], value["text"]
        finding_now.law, finding_now.item = value["law"], value["item"] or None
    await session.flush()


async def late_for_findings(session: AsyncSession, inspection: Inspection, key: str) -> bool:
    """Whether a record is about a finding the office has edited already."""
    if inspection.state != rules.VISITED or not key.startswith(rules.FINDING):
        return False
    edited = await session.scalar(
        select(func.count())
        .select_from(Finding)
        .where(
            Finding.inspection_id == inspection.id,
            Finding.name == key.removeprefix(rules.FINDING),
            Finding.revision > 1,
        )
    )
    return bool(edited)
