"""Filing (提出): from draft to case, in one transaction; sent twice, it is still one case.

A filing is acknowledged only when every attached file is in the store. It takes effect at arrival
(到達, 行政手続法 第7条・第37条): the verdict is that of the arrival's moment, under the version of
the procedure the draft was begun with.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import APPLICANT, own_draft
from madoguchi.cases.desk.clock import due_on
from madoguchi.cases.desk.searching import name_key
from madoguchi.cases.effects import run_effects
from madoguchi.cases.environment import applicant_of
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.drafts import agent_of
from madoguchi.cases.filing.evaluating import Judged, judge, party_of
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.paying import request_fee
from madoguchi.cases.transition import move, remember
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.canonical import digest, plain
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import arrival_number, new_id
from madoguchi.procedures.service import (
    DRAFT,
    Action,
    Evaluation,
    Machine,
    Package,
    Transition,
    advance,
)


class NotReady(CaseError):
    """The draft has errors; `evaluation` says where (提出できない下書き)."""

    def __init__(self, judged: Judged) -> None:
        faults = judged.evaluation.errors
        super().__init__(
            "filing_has_errors",
            422,
            {
                "ja": "提出する前に直すところがあります({count}件)。",
                "en": "Some answers must be put right before filing ({count}).",
            },
            {"count": len(faults)},
            tuple(dict.fromkeys(fault.pointer for fault in faults)),
        )
        self.judged = judged


async def file_draft(
    session: AsyncSession, blobs: BlobStore, actor: Actor, clock: Clock, draft_id: str
) -> Case:
    """File a new draft; the case. Filing it again gives the same case. The caller commits.

    Raises NotReady 422 with the verdict, CaseError 404, 409 (the procedure has closed), 409
    file_missing.
    """
    draft = await own_draft(session, actor, draft_id, lock=True)
    if draft.filed_at is not None:
        return await case_of_draft(session, draft)
    at = clock()
    # Whoever files counts: a colleague may have begun what an agent sends, or the other way round.
    draft.agent_organisation_id = agent_of(actor, draft.organisation_id)
    judged = await judge(session, draft, at)
    await ready(session, blobs, draft, judged, at)
    package, verdict = judged.package, judged.evaluation
    action = filing_action(package.machine)
    transition = advance(
        package.machine, action.name, DRAFT, {APPLICANT}, actor.id, [], "", verdict.context
    )
    case = await _new_case(session, draft, judged, transition, actor, at)
    move(case, package.machine, transition, package.spec.standard_period, at)
    remember(case, action.name, actor.id, case.content_hash, at)
    session.add(case)
    await session.flush()
    await _journal_filing(session, case, verdict, actor, at)
    for fee in verdict.fees:
        if fee.due == "filing":
            await request_fee(session, case, fee, at)
    await run_effects(session, case, package, transition, {}, actor, clock)
    empty(draft, case.id, at)
    await session.flush()
    return case


def filing_action(machine: Machine) -> Action:
    """The act by which a draft is filed; its label is what the button says."""
    return next(act for act in machine.leaving(DRAFT) if APPLICANT in act.by)


async def case_of_draft(session: AsyncSession, draft: Draft) -> Case:
    """The case a filed draft has become, or corrected."""
    case = await session.get(Case, draft.case_id)
    assert case is not None  # noqa: S101 - filing sets it in the same transaction
    return case


async def ready(
    session: AsyncSession, blobs: BlobStore, draft: Draft, judged: Judged, at: datetime
) -> None:
    """Raise unless this draft can be filed now: open, without errors, every file in the store."""
    if draft.case_id is None and not judged.package.open_on(jst_date(at)):
        raise case_error(
            "procedure_closed",
            409,
            "この手続のこの版は、いまは受け付けていません。手続のページから、新しい版で始めてください。"
            "入力した内容は下書きに残っています。",
            "This version of the procedure is no longer open. Start again from the procedure's "
            "page. Your answers are kept in the draft.",
        )
    if not judged.evaluation.valid:
        raise NotReady(judged)
    missing = [
        str(file["name"])
        for _, file in files_filed(judged.evaluation, draft.attached)
        if not blobs.exists(str(file["sha256"]))
    ]
    if missing:
        raise case_error(
            "file_missing",
            409,
            "添付した「{name}」が保管されていません。もう一度添付してください。",
            "The attached file “{name}” is not in the store. Attach it again.",
            {"name": missing[0]},
        )


def files_filed(
    verdict: Evaluation, attached: Mapping[str, list[dict[str, Any]]]
) -> list[tuple[str, dict[str, Any]]]:
    """(key, file) of every file that is filed: of attachments and fields that are relevant."""
    return [(key, file) for key, files in filed_files(verdict, attached).items() for file in files]


def filed_files(
    verdict: Evaluation, attached: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The files that are filed, by attachment key or pointer of a file field."""
    kept = {key for key, state in verdict.attachments.items() if state.state != "none"}
    kept |= verdict.relevant
    return {key: files for key, files in attached.items() if key in kept and files}


def content_digest(
    package: Package,
    data: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
    applicant: Mapping[str, Any],
) -> str:
    """The content hash: what was filed, under what rules, by whom, with which files.

    SHA-256 of the canonical JSON of {procedure, digest, data, attached, applicant}; of files, the
    key, hash, name, size and type count.
    """
    return digest(content_of(package.id, package.digest, data, attached, applicant))


def content_of(
    procedure: str,
    version: str,
    data: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
    applicant: Mapping[str, Any],
) -> dict[str, Any]:
    """The value the content hash is the hash of: receipts carry it, so anyone can compute it."""
    members = ("sha256", "name", "size", "type")
    return {
        "procedure": procedure,
        "digest": version,
        "data": plain(data),
        "attached": {
            key: [{name: file[name] for name in members} for file in files]
            for key, files in attached.items()
        },
        "applicant": plain(applicant),
    }


def empty(draft: Draft, case_id: str, at: datetime) -> None:
    """A filed draft keeps only where it went: hidden answers are not for anybody to keep."""
    draft.case_id, draft.filed_at, draft.updated_at = case_id, at, at
    draft.entered, draft.attached, draft.provenance = {}, {}, {}
    draft.visited, draft.points, draft.opened, draft.sheets = [], [], [], {}
    draft.revision += 1


async def _new_case(
    session: AsyncSession,
    draft: Draft,
    judged: Judged,
    transition: Transition,
    actor: Actor,
    at: datetime,
) -> Case:
    package, verdict = judged.package, judged.evaluation
    party = await applicant_of(session, party_of(draft), actor)
    attached = filed_files(verdict, draft.attached)
    data = plain(verdict.data)
    case_id = new_id()
    return Case(
        id=case_id,
        draft_id=draft.id,
        procedure_id=package.id,
        digest=package.digest,
        kind=package.kind,
        title=draft.title,
        catalogue_id=draft.catalogue_id,
        agency_id=verdict.authority,
        organisation_id=draft.organisation_id,
        organisation_name=party.organisation_name,
        filer_id=actor.id,
        filer_name=actor.name,
        agent_organisation_id=draft.agent_organisation_id,
        agent_name=party.agent_name,
        applicant=plain(party.as_filed),
        data=data,
        attached=attached,
        provenance=_origins(draft, verdict),
        omitted=left_out(verdict),
        content_hash=content_digest(package, data, attached, party.as_filed),
        revision=1,
        state=transition.to,
        waits_for="agency",
        stage="work",
        outcome=None,
        arrival_number=arrival_number(at, case_id),
        arrived_at=at,
        due_on=due_on(package.spec.standard_period, jst_date(at)),
        paused_days=0,
        acts=[],
        name_key=name_key(party.organisation_name or actor.name),
        copied_from=draft.copied_from,
        updated_at=at,
    )


def _origins(draft: Draft, verdict: Evaluation) -> dict[str, dict[str, Any]]:
    """Where the filed answers came from that were filled in for the person."""
    return {
        pointer: origin
        for pointer, origin in draft.provenance.items()
        if pointer in verdict.relevant and origin.get("label")
    }


def left_out(verdict: Evaluation) -> dict[str, dict[str, str]]:
    """The attachments that were not needed, with the reason: {key: Text}."""
    return {
        key: dict(state.reason or {})
        for key, state in verdict.attachments.items()
        if state.state == "omitted"
    }


async def _journal_filing(
    session: AsyncSession, case: Case, verdict: Evaluation, actor: Actor, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action="filed",
        actor=actor.id,
        on_behalf_of=case.organisation_id,
        at=at,
        payload={
            "arrival_number": case.arrival_number,
            "procedure": case.procedure_id,
            "digest": case.digest,
            "content_hash": case.content_hash,
            "agency": case.agency_id,
            "actor_name": case.filer_name,
            "side": APPLICANT,
            "agent": case.agent_name,
            "to": case.state,
            "revision": 1,
            "data": case.data,
            "attached": {
                key: [{"sha256": f["sha256"], "name": f["name"]} for f in files]
                for key, files in case.attached.items()
            },
            "omitted": case.omitted,
        },
    )


async def filed_case(session: AsyncSession, draft_id: str) -> Case | None:
    """The case a draft has become, if it has."""
    found: Case | None = await session.scalar(select(Case).where(Case.draft_id == draft_id))
    return found
