"""The verdict on a case (案件の点検): the engine's answer on what was filed, for officials."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.answering import informed
from madoguchi.cases.environment import Party, environment_of
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.queries import opinions_of
from madoguchi.cases.paying import fees_paid
from madoguchi.cases.progress import entered_at, phase_of, submitted_at
from madoguchi.cases.registers.holding import entries_held
from madoguchi.cases.stored import typed_value
from madoguchi.kernel.clock import as_jst, jst_date
from madoguchi.kernel.periods import last_day_before
from madoguchi.procedures.rounds import round_named
from madoguchi.procedures.service import (
    Environment,
    Evaluation,
    FileRef,
    Machine,
    Package,
    evaluate,
)


@dataclass(frozen=True)
class CaseVerdict:
    """A case judged on a day: the evaluation, its environment, and whether its fees are paid."""

    machine: Machine
    opinions: Mapping[str, object]
    verdict: Evaluation
    environment: Environment
    fees_paid: bool

    def context(self, case: Case, **names: object) -> dict[str, object]:
        """What guards, registers and facts see; `names` add form, number, decided_on."""
        return {
            **self.verdict.context,
            "case": {
                **_times(case, self.machine),
                "state": case.state,
                "outcome": case.outcome,
                "kind": case.kind,
                "fees_paid": self.fees_paid,
                "agency": case.agency_id,
                "late": case.late,
                "via": case.agency_id if case.forward_to is not None else None,
            },
            "opinions": self.opinions,
            "acts": {act["action"]: as_jst(datetime.fromisoformat(act["at"])) for act in case.acts},
            "decision": _decided(case, self.machine),
            **names,
        }


async def judge_case(
    session: AsyncSession, case: Case, package: Package, today: date, *, official: bool = False
) -> CaseVerdict:
    """Evaluate what was filed, as of its arrival, with what is known of the party today.

    `official`: for officials' eyes; only then rules tell of people's past (disqualification).
    """
    party = Party(case.filer_id, case.organisation_id, case.agent_organisation_id is not None)
    environment = await environment_of(
        session,
        party,
        catalogue_id=case.catalogue_id,
        today=today,
        filed_on=jst_date(case.arrived_at),
        phase=phase_of(case, package.machine),
        filing_round=round_named(package.spec.rounds, case.round_id, case.arrived_at),
    )
    environment = replace(environment, official=official, filed=True)
    # A registration that was closed or passed on since must still be readable.
    chosen = list(_entry_ids(package, case.data))
    if chosen:
        held = await entries_held(session, case.organisation_id, today, chosen)
        environment = replace(environment, entries={**environment.entries, **held})
    files = file_refs(case.attached)
    verdict, environment = await informed(
        session,
        party,
        environment,
        lambda known: evaluate(package, case.data, files, known),
        case_id=case.id,
        answers_of=case.data,
    )
    opinions = await opinions_of(session, case.id, package.machine)
    paid = await fees_paid(session, case, verdict)
    return CaseVerdict(package.machine, opinions, verdict, environment, paid)


def _times(case: Case, machine: Machine) -> dict[str, object]:
    submitted = submitted_at(case, machine)
    act_by = as_jst(case.act_by) if case.act_by is not None else None
    return {
        "arrived_on": jst_date(case.arrived_at),
        "submitted_on": jst_date(submitted),
        "submitted_at": as_jst(submitted),
        "state_since": as_jst(entered_at(case)),
        "act_by": act_by,
        "act_by_day": last_day_before(case.act_by) if case.act_by else None,
    }


def _decided(case: Case, machine: Machine) -> dict[str, object]:
    """The values of the officials' forms, of their types: they are kept as JSON."""
    fields = {name: field for act in machine.actions.values() for name, field in act.form.items()}
    return {
        name: typed_value(fields[name], raw) if name in fields else raw
        for name, raw in case.decision.items()
    }


def file_refs(attached: Mapping[str, object]) -> dict[str, list[FileRef]]:
    """Stored files as the engine sees them."""
    return {
        key: [FileRef(file["sha256"], file["name"], file["size"], file["type"]) for file in files]
        for key, files in attached.items()
        if isinstance(files, list)
    }


def _entry_ids(package: Package, data: Mapping[str, object]) -> Iterator[str]:
    for name, field in package.fields.items():
        chosen = data.get(name)
        if field.type == "entry" and isinstance(chosen, Mapping) and chosen.get("id"):
            yield str(chosen["id"])
