"""The verdict on a case (案件の点検): the engine's answer on what was filed, for officials."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.environment import Party, environment_of
from madoguchi.cases.models import Case
from madoguchi.cases.paying import fees_paid
from madoguchi.cases.registers.service import entries_held
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.service import Environment, Evaluation, FileRef, Package, evaluate


@dataclass(frozen=True)
class CaseVerdict:
    """A case judged on a day: the evaluation, its environment, and whether its fees are paid."""

    verdict: Evaluation
    environment: Environment
    fees_paid: bool

    def context(self, case: Case, **names: object) -> dict[str, object]:
        """What guards, registers and facts see; `names` add form, number, decided_on."""
        return {
            **self.verdict.context,
            "case": {
                "state": case.state,
                "outcome": case.outcome,
                "kind": case.kind,
                "arrived_on": jst_date(case.arrived_at),
                "fees_paid": self.fees_paid,
                "agency": case.agency_id,
            },
            "decision": dict(case.decision),
            **names,
        }


async def judge_case(
    session: AsyncSession, case: Case, package: Package, today: date
) -> CaseVerdict:
    """Evaluate what was filed, as of its arrival, with what is known of the party today."""
    environment = await environment_of(
        session,
        Party(case.filer_id, case.organisation_id, case.agent_organisation_id is not None),
        catalogue_id=case.catalogue_id,
        today=today,
        filed_on=jst_date(case.arrived_at),
    )
    # A registration that was closed or passed on since must still be readable.
    chosen = list(_entry_ids(package, case.data))
    if chosen:
        held = await entries_held(session, case.organisation_id, today, chosen)
        environment = replace(environment, entries={**environment.entries, **held})
    verdict = evaluate(package, case.data, file_refs(case.attached), environment)
    return CaseVerdict(verdict, environment, await fees_paid(session, case, verdict))


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
