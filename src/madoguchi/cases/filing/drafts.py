"""Beginning and saving drafts (下書きの作成・保存)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_drafts
from madoguchi.cases.crosscase.answering import informed
from madoguchi.cases.environment import Party, catalogue_entry, environment_of
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.evaluating import first_phase, round_for
from madoguchi.cases.filing.prefilling import begin
from madoguchi.cases.models import Draft
from madoguchi.identity.service import Actor, branch_of_filing, may_file_for
from madoguchi.kernel.canonical import canonical_json, plain
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import unsaved
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

LARGEST_DRAFT = 8_000_000
SIMPLE_FILING, SIMPLE_NOTICE = "simple-filing", "simple-notice"


@dataclass(frozen=True)
class Content:
    """What of a draft its owner writes."""

    entered: Mapping[str, Any]
    attached: Mapping[str, list[dict[str, Any]]]


async def open_drafts(
    session: AsyncSession, actor: Actor, *, procedure_id: str | None = None, limit: int = 50
) -> list[Draft]:
    """The drafts the actor may go on with, the one touched last first."""
    query = select(Draft).where(own_drafts(actor), Draft.filed_at.is_(None))
    if procedure_id is not None:
        query = query.where(Draft.procedure_id == procedure_id, Draft.case_id.is_(None))
    query = query.order_by(Draft.updated_at.desc(), Draft.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def start_draft(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    procedure_id: str,
    *,
    catalogue_id: str | None = None,
    given: Mapping[str, Any] | None = None,
) -> Draft:
    """A new draft in the version in force today, filled in with what is known of the applicant.

    `given`: answers that are settled already, such as the entry and period of a duty.
    Raises ProcedureError 404 (not open today), CaseError 403 (not a procedure for this kind of
    account).
    """
    now = clock()
    package = await procedures.current(session, procedure_id, jst_date(now))
    organisation = party_for(package, actor)
    title: Text = dict(package.title)
    if catalogue_id is not None:
        title = (await catalogue_entry(session, catalogue_id)).title
    agent = agent_of(actor, organisation) is not None
    party = Party(actor.id, organisation, agent, own_agency(actor))
    environment = await environment_of(
        session,
        party,
        catalogue_id=catalogue_id,
        today=jst_date(now),
        filed_on=jst_date(now),
        phase=first_phase(package),
        filing_round=round_for(package, now),
    )
    (entered, provenance), _ = await informed(
        session, party, environment, lambda known: begin(package, known, given or {})
    )
    draft = new_draft(actor, package, title, organisation, now, Content(entered, {}))
    draft.catalogue_id = catalogue_id
    draft.provenance = plain(provenance)
    session.add(draft)
    await session.flush()
    return draft


def new_draft(
    actor: Actor,
    package: Package,
    title: Text,
    organisation_id: str | None,
    now: datetime,
    content: Content,
) -> Draft:
    """A draft with these contents, not yet in a session."""
    return Draft(**vars(unsaved_draft(actor, package, title, organisation_id, now, content)))


def unsaved_draft(
    actor: Actor,
    package: Package,
    title: Text,
    organisation_id: str | None,
    now: datetime,
    content: Content,
) -> Draft:
    """The same as a row that is only read (see `unsaved`)."""
    return unsaved(
        Draft,
        id=new_id(),
        procedure_id=package.id,
        digest=package.digest,
        kind=package.kind,
        title=title,
        catalogue_id=None,
        owner_id=actor.id,
        owner_agency_id=own_agency(actor),
        organisation_id=organisation_id,
        agent_organisation_id=agent_of(actor, organisation_id),
        branch_id=branch_of_filing(actor, organisation_id),
        case_id=None,
        base_revision=None,
        entered=plain(content.entered),
        attached=plain(content.attached),
        visited=[],
        points=[],
        opened=[],
        sheets={},
        provenance={},
        unplaced=[],
        revision=1,
        created_at=now,
        updated_at=now,
        filed_at=None,
        copied_from=None,
    )


def write(draft: Draft, content: Content, at: datetime) -> bool:
    """Put new contents into a draft; whether anything changed. CaseError 413 when too large."""
    entered, attached = plain(content.entered), plain(content.attached)
    if entered == draft.entered and attached == draft.attached:
        return False
    if len(canonical_json(entered)) > LARGEST_DRAFT:
        raise case_error(
            "draft_too_large",
            413,
            "入力の量が多すぎるため保存できません。表の行を減らすか、ファイルで添付してください。",
            "There is too much to save. Reduce the rows of tables or attach a file instead.",
        )
    draft.entered, draft.attached = entered, attached
    touch(draft, at)
    return True


def touch(draft: Draft, at: datetime) -> None:
    """Count the revision up: whoever saw the one before must look again."""
    draft.revision += 1
    draft.updated_at = at


def not_filed(draft: Draft) -> Draft:
    """The draft, unless it has been filed already. CaseError 409."""
    if draft.filed_at is not None:
        raise case_error(
            "already_filed",
            409,
            "この下書きはすでに提出されています。「提出した手続」からご覧ください。",
            "This draft has been filed already. See it under “My filings”.",
        )
    return draft


def check_revision(draft: Draft, revision: int) -> None:
    """Refuse a change made from an older state of the draft. CaseError 412."""
    if draft.revision != revision:
        raise case_error(
            "draft_changed",
            412,
            "この下書きは別の画面か別の人が更新しています(いまの版は{revision})。読み込み直してください。",
            "The draft was changed elsewhere (its revision is now {revision}). Load it again.",
            {"revision": draft.revision},
        )


def party_for(package: Package, actor: Actor) -> str | None:
    """The organisation a filing of this procedure belongs to, None for a person's own."""
    who = package.spec.who
    if who == "official" and actor.kind != "official":
        raise _not_for_you(
            "この手続は職員のためのものです。", "This procedure is for officials only."
        )
    if who == "organisation" and actor.organisation is None:
        raise _not_for_you(
            "この手続は事業者の手続です。事業者のアカウントでログインしてください。",
            "This procedure is for organisations. Sign in with an organisation's account.",
        )
    if who in ("person", "official"):
        return None
    if actor.organisation is not None and not may_file_for(actor, actor.organisation, package.id):
        raise _not_for_you(
            "委任を受けた手続ではありません。委任者に確かめてください。",
            "Your mandate does not cover this procedure. Ask the organisation you act for.",
        )
    return actor.organisation


def agent_of(actor: Actor, organisation_id: str | None) -> str | None:
    """Through whom an actor files for an organisation: the agent's own organisation, or the agent
    in person; None for one's own organisation.
    """
    own = actor.own_organisation if actor.agent else actor.organisation
    if organisation_id is None or organisation_id == own:
        return None
    return own or actor.id


def own_agency(actor: Actor) -> str | None:
    """The agency an official belongs to: where they have a role (the first by id), else None."""
    return min((agency for agency, _ in actor.grants), default=None)


def _not_for_you(ja: str, en: str) -> CaseError:
    return case_error("not_for_this_account", 403, ja, en)
