"""Filing (提出): from draft to case, in one transaction; sent twice, it is still one case.

A filing is acknowledged only when every attached file is in the store. It takes effect at arrival
(到達, 行政手続法 第7条・第37条): the verdict is that of the arrival's moment, under the version of
the procedure the draft was begun with.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.crosscase.duplicates import one_at_a_time
from madoguchi.cases.crosscase.keeping import keep_key
from madoguchi.cases.effects import run_effects
from madoguchi.cases.environment import applicant_of
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.agents import tell_of_filing
from madoguchi.cases.filing.arriving import arrive, entry_of, files_filed
from madoguchi.cases.filing.drafts import agent_of
from madoguchi.cases.filing.evaluating import Judged, judge, party_of
from madoguchi.cases.filing.versioning import standing_of
from madoguchi.cases.grace import NO_WAIT
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.obligations.fulfilling import filing_arrived
from madoguchi.cases.paying import request_fee
from madoguchi.identity.service import Actor, binding, under_mandate
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock
from madoguchi.procedures import service as procedures


class NotReady(CaseError):
    """The draft has errors; `evaluation` says where (提出できない下書き).

    `under`: where the answers stand in what a program sent.
    """

    under = "#/data"

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

    @property
    def parts(self) -> list[Mapping[str, Any]]:
        """One part for each fault; `message` has the text in every language."""
        return [
            {
                "pointer": _place(fault.pointer, self.under),
                "code": fault.code,
                "detail": fault.message,
                "message": dict(fault.message),
            }
            for fault in self.judged.evaluation.errors
        ]


def _place(pointer: str, under: str) -> str:
    if pointer.startswith("/attachments/"):
        return "#/attached/" + pointer.removeprefix("/attachments/")
    return under + pointer


async def file_draft(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    waited: timedelta = NO_WAIT,
) -> Case:
    """File a new draft; the case. Filing it again gives the same case. The caller commits.

    `clock` shows the arrival (到達); `waited` is the time its sender spent in the waiting room,
    which rounds and deadlines do not count.
    Raises NotReady 422 with the verdict, CaseError 403 (proof_needed), 404, 409 (the procedure has closed), 409
    file_missing.
    """
    draft = await own_draft(session, actor, draft_id, lock=True)
    if draft.filed_at is not None:
        return await case_of_draft(session, draft)
    binding(actor, draft.organisation_id)
    at = clock()
    # Whoever files counts: a colleague may have begun what an agent sends, or the other way round.
    draft.agent_organisation_id = agent_of(actor, draft.organisation_id)
    package = await procedures.package(session, draft.digest)
    await one_at_a_time(session, package, party_of(draft))
    judged = await judge(session, draft, at, waited)
    await ready(session, blobs, draft, judged, at)
    package, verdict = judged.package, judged.evaluation
    party = await applicant_of(session, party_of(draft), actor)
    arrived, transition, wait = arrive(draft, judged, party, actor, at, waited)
    case = Case(**vars(arrived))
    session.add(case)
    await session.flush()
    key = await keep_key(session, case, package, verdict.context)
    await filing_arrived(session, case, key, at)
    mandate = under_mandate(actor, case.organisation_id, case.procedure_id)
    await journal.append(session, **entry_of(case, {**wait, **mandate}))
    if mandate:
        await tell_of_filing(session, case, mandate["mandate"])
    for fee in verdict.fees:
        if fee.due == "filing":
            await request_fee(session, case, fee, at)
    await run_effects(session, case, package, transition, {}, actor, clock)
    empty(draft, case.id, at)
    await session.flush()
    return case


async def case_of_draft(session: AsyncSession, draft: Draft) -> Case:
    """The case a filed draft has become, or corrected."""
    case = await session.get(Case, draft.case_id)
    assert case is not None  # noqa: S101 - filing sets it in the same transaction
    return case


async def ready(
    session: AsyncSession, blobs: BlobStore, draft: Draft, judged: Judged, at: datetime
) -> None:
    """Raise unless this draft can be filed now: open, without errors, every file in the store."""
    if (await standing_of(session, draft, judged, at)).must:
        raise case_error(
            "procedure_closed",
            409,
            "この手続のこの版では、いまは提出できません。下書きのページで、新しい版に引き継いでください。"
            "入力した内容は下書きに残っています。",
            "This version of the procedure is no longer open. Move the draft into the new version "
            "on the draft's page. Your answers are kept in the draft.",
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


def empty(draft: Draft, case_id: str, at: datetime) -> None:
    """A filed draft keeps only where it went: hidden answers are not for anybody to keep."""
    draft.case_id, draft.filed_at, draft.updated_at = case_id, at, at
    draft.entered, draft.attached, draft.provenance = {}, {}, {}
    draft.unplaced = []
    draft.visited, draft.points, draft.opened, draft.sheets = [], [], [], {}
    draft.revision += 1
