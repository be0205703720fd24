"""What every page of the applicant's side needs: who asks, texts in their language, common facts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.editing import editable
from madoguchi.cases.filing.evaluating import Judged, origins_of
from madoguchi.cases.filing.questions import Sheet
from madoguchi.cases.models import Case, Draft
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, required_actor
from madoguchi.kernel.language import Text, pick

Signed = Annotated[Actor, Depends(required_actor)]
Translate = Callable[..., str]
FORM_BYTES = 8_000_000


def texts(request: Request) -> Translate:
    """t(key, **params) in the language of the request."""
    language: str = request.state.language

    def t(key: str, **params: object) -> str:
        found: str = request.app.state.texts.t(key, language, **params)
        return found

    return t


def sheet_of(
    draft: Draft, judged: Judged, language: str, *, judged_now: bool, may_edit: bool = True
) -> Sheet:
    """What questions and answers of a draft are shown from."""
    return Sheet(
        package=judged.package,
        evaluation=judged.evaluation,
        entered=draft.entered,
        attached=draft.attached,
        language=language,
        judged=judged_now,
        provenance=origins_of(draft, judged),
        points=frozenset(draft.points),
        may_edit=edit_rule(draft, judged) if may_edit else lambda pointer: True,
        entries=judged.environment.entries,
    )


def edit_rule(draft: Draft, judged: Judged) -> Callable[[str], bool]:
    """Which answers of a draft may change now."""
    faulty = {fault.pointer for fault in judged.evaluation.errors}
    return editable(draft.case_id is not None, draft.points, draft.opened, faulty)


async def agency_name(session: AsyncSession, agency_id: str | None) -> Text | None:
    """The name of an agency, None while it is not known."""
    if agency_id is None:
        return None
    try:
        return dict((await identity.agency(session, agency_id)).name)
    except identity.IdentityError:
        return {"ja": agency_id, "en": agency_id}


async def addressee_name(
    session: AsyncSession, agency_id: str | None, via: str | None
) -> Text | None:
    """Who receives a filing: 「経済産業省(関東経済産業局 経由)」; None while it is not known."""
    agency, office = await agency_name(session, agency_id), await agency_name(session, via)
    if agency is None or office is None:
        return agency
    return {
        "ja": f"{pick(agency, 'ja')}({pick(office, 'ja')} 経由)",
        "en": f"{pick(agency, 'en')} (through {pick(office, 'en')})",
    }


async def principal_name(session: AsyncSession, draft: Draft | Case) -> str | None:
    """The organisation an agent files for, None when nobody acts for another."""
    if draft.agent_organisation_id is None or draft.organisation_id is None:
        return None
    return (await identity.organisation(session, draft.organisation_id)).name


async def correction_reason(session: AsyncSession, draft: Draft) -> Mapping[str, Any]:
    """What the office asked: {reason, due, points}; empty for a new filing."""
    if draft.case_id is None:
        return {}
    case = await session.get(Case, draft.case_id)
    return (case.correction or {}) if case is not None else {}


def fee_lines(judged: Judged, t: Translate, language: str) -> list[tuple[str, str]]:
    """The fees these answers cause, as facts."""
    return [
        (
            pick(fee.label, language),
            t(f"cases.fee.{fee.due}", amount=f"{fee.amount:,}"),
        )
        for fee in judged.evaluation.fees
    ]


def day_text(day: date, language: str) -> str:
    """2026年4月1日, 1 April 2026."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"


def summary_of(faults: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the error summary, each once."""
    return list({(f.get("href"), str(f["text"])): dict(f) for f in faults}.values())
