"""How the API of inspections answers: rows as schemas, refused forms with one error a field."""

from collections.abc import Sequence

from madoguchi.cases.inspections.api.schemas import (
    FindingOut,
    InspectionDetail,
    InspectionOut,
    LetterOut,
)
from madoguchi.cases.inspections.models import Finding, Inspection, InspectionLetter
from madoguchi.cases.inspections.view import View


def inspection_out(
    inspection: Inspection,
    inspectors: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    letters: Sequence[InspectionLetter] = (),
    base: str = "/desk/inspections/",
) -> InspectionOut:
    """An inspection; `base` is where its letters are."""
    plain = InspectionOut.model_validate(inspection)
    plain.inspectors = list(inspectors)
    plain.findings = [FindingOut.model_validate(finding) for finding in findings]
    plain.letters = [
        LetterOut(
            key=letter.key,
            title=letter.title,
            number=letter.number,
            issued_at=letter.issued_at,
            content_hash=letter.content_hash,
            href=f"{base}{inspection.id}/letters/{letter.id}",
        )
        for letter in letters
    ]
    return plain


def detail_out(view: View) -> InspectionDetail:
    """Everything officials see of an inspection."""
    plain = inspection_out(
        view.inspection, [i.name for i in view.inspectors], view.findings, view.letters
    )
    return InspectionDetail(
        **plain.model_dump(),
        score=view.inspection.score,
        records={
            key: [
                {
                    "client_id": one.client_id,
                    "value": one.value,
                    "by": one.author_name,
                    "made_at": one.made_at,
                }
                for one in found
            ]
            for key, found in view.state.stands.items()
        },
        missing=view.state.missing,
        conflicts=view.state.conflicts,
        actions=list(view.acts),
    )
