"""The verdict on a draft (下書きの点検): the same engine, whoever asks and by whatever way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.environment import Party, environment_of
from madoguchi.cases.models import Case, Draft
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Environment, Evaluation, FileRef, Package, evaluate


@dataclass(frozen=True)
class Judged:
    """A draft with its package and the verdict on it at one moment."""

    package: Package
    environment: Environment
    evaluation: Evaluation


async def judge(session: AsyncSession, draft: Draft, at: datetime) -> Judged:
    """Evaluate a draft as if it arrived at `at`; a correction keeps the day it first arrived."""
    package = await procedures.package(session, draft.digest)
    today = jst_date(at)
    filed_on = today
    if draft.case_id is not None and draft.filed_at is None:
        case = await session.get(Case, draft.case_id)
        filed_on = jst_date(case.arrived_at) if case is not None else today
    environment = await environment_of(
        session, party_of(draft), catalogue_id=draft.catalogue_id, today=today, filed_on=filed_on
    )
    found = verdict(package, draft.entered, draft.attached, environment)
    return Judged(package, environment, found)


def party_of(draft: Draft) -> Party:
    """For whom a draft is, and through whom."""
    agent = draft.agent_organisation_id is not None
    return Party(draft.owner_id, draft.organisation_id, agent, draft.owner_agency_id)


def verdict(
    package: Package,
    entered: Mapping[str, object],
    attached: Mapping[str, Sequence[Mapping[str, Any]]],
    environment: Environment,
) -> Evaluation:
    """The engine's verdict on answers and files as a draft keeps them."""
    return evaluate(package, entered, file_refs(attached), environment)


def file_refs(
    attached: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, list[FileRef]]:
    """Stored files as the engine sees them."""
    return {
        key: [FileRef(f["sha256"], f["name"], f["size"], f["type"]) for f in files]
        for key, files in attached.items()
        if files
    }
