"""The verdict on a draft (下書きの点検): the same engine, whoever asks and by whatever way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.answering import informed
from madoguchi.cases.environment import Party, environment_of
from madoguchi.cases.filing.prefilling import Provenance, supplied
from madoguchi.cases.grace import NO_WAIT
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.progress import writing_phase
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.rounds import Round, next_round, round_named, round_taking
from madoguchi.procedures.service import DRAFT, Environment, Evaluation, FileRef, Package, evaluate


@dataclass(frozen=True)
class Judged:
    """A draft with its package and the verdict on it at one moment."""

    package: Package
    environment: Environment
    evaluation: Evaluation


async def judge(
    session: AsyncSession, draft: Draft, at: datetime, waited: timedelta = NO_WAIT
) -> Judged:
    """Evaluate a draft as if it arrived at `at`; a correction keeps the day it first arrived.

    `waited`: time its sender spent in the waiting room, which no round holds against them.
    """
    package = await procedures.package(session, draft.digest)
    today = jst_date(at)
    filed_on, phase = today, first_phase(package)
    intake = round_for(package, at, waited)
    if draft.case_id is not None and draft.filed_at is None:
        case = await session.get(Case, draft.case_id)
        if case is not None:
            filed_on, phase = jst_date(case.arrived_at), writing_phase(case, package.machine)
            intake = round_named(package.spec.rounds, case.round_id, case.arrived_at)
    party = party_of(draft)
    environment = await environment_of(
        session,
        party,
        catalogue_id=draft.catalogue_id,
        today=today,
        filed_on=filed_on,
        phase=phase,
        filing_round=intake,
    )
    return await judge_in(session, draft, package, party, environment)


async def judge_in(
    session: AsyncSession,
    draft: Draft,
    package: Package,
    party: Party,
    environment: Environment,
) -> Judged:
    """Evaluate a draft in an environment, with everything its rules look up."""
    found, known = await informed(
        session,
        party,
        environment,
        lambda known: verdict(package, draft.entered, draft.attached, known),
        case_id=draft.case_id,
        answers_of=draft.entered,
    )
    return Judged(package, known, found)


def origins_of(draft: Draft, judged: Judged) -> Provenance:
    """Where the answers of a draft came from: as noted when they were filled in; of those that can
    only be read, which follow their source, as it is now.
    """
    fields = judged.package.fields
    noted = {
        pointer: origin
        for pointer, origin in draft.provenance.items()
        if (field := fields.get(pointer.split("/")[1])) is None or not field.spec.readonly
    }
    return noted | supplied(judged.package, judged.environment, judged.evaluation.context)


def first_phase(package: Package) -> str:
    """The phase in which a new filing is written."""
    return package.machine.states[DRAFT].phase or ""


def round_for(package: Package, at: datetime, waited: timedelta = NO_WAIT) -> Round | None:
    """The round in which a filing at a moment is taken, or the next while none is open."""
    rounds = package.spec.rounds
    return round_taking(rounds, at, waited) or next_round(rounds, at)


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
