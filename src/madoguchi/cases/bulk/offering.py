"""Which columns a template needs (ひな型の列): what is known of the applicant needs none."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.parties import party_of_actor
from madoguchi.cases.bulk.plan import Plan, plans_of
from madoguchi.cases.environment import environment_of
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.drafts import party_for
from madoguchi.cases.filing.evaluating import first_phase, round_for, verdict
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures.service import Package


async def plans_for(
    session: AsyncSession, actor: Actor, package: Package, clock: Clock
) -> tuple[Plan, ...]:
    """The sheets of the template an actor fills in; agents have a column for their client."""
    client = bool(actor.mandates) and package.spec.who not in ("person", "official")
    return plans_of(package, omit=await _known(session, actor, package, clock), client=client)


async def _known(
    session: AsyncSession, actor: Actor, package: Package, clock: Clock
) -> frozenset[str]:
    """The read-only questions that have an answer before anything is typed."""
    readonly = {name for name, field in package.fields.items() if field.spec.readonly}
    if not readonly:
        return frozenset()
    try:
        organisation = party_for(package, actor)
    except CaseError:  # files for clients only: their accounts have the answers
        return frozenset(readonly)
    now = clock()
    environment = await environment_of(
        session,
        party_of_actor(actor, organisation),
        catalogue_id=None,
        today=jst_date(now),
        filed_on=jst_date(now),
        phase=first_phase(package),
        filing_round=round_for(package, now),
    )
    return frozenset(readonly & verdict(package, {}, {}, environment).values.keys())
