"""Who may act for whom at a service (委任情報の取得): our own shape, for relying parties.

GbizID offers 委任情報取得 (guideline 3.4.2); its fields are not public. A service asks with a token of
its own (client credentials, scope `delegations`) and is told of those people only who signed in to it
as agents and whose grant still stands: nobody else's mandates.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.holding import holding_on
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.rules import Held
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.provider.models import Client, Grant
from madoguchi.identity.provider.profiles import ORGANISATION, PROFILES
from madoguchi.kernel.clock import jst_date

SCOPE = "delegations"
DELEGATION = "delegation_info"
"""What people agree to at services of the GbizID profile."""
PAGE = 100


async def delegations_at(
    session: AsyncSession, client_id: str, now: datetime, after: str = ""
) -> dict[str, Any]:
    """{"delegations": […], "next": …}: the mandates in force of people with a grant of this client
    for the principal; `next` is the `after` of the next page.

    Only of people who let the service know for whom they act, by a grant that stands.
    """
    client = await session.get_one(Client, client_id)
    scope = DELEGATION if PROFILES[client.profile].gbizid_fields else ORGANISATION
    number, _, person_after = after.partition(":")
    rows = list(
        await session.execute(
            select(Mandate, Grant.subject, Grant.person_id, Organisation, Membership.procedures)
            .join(Grant, Grant.organisation_id == Mandate.principal_id)
            .outerjoin(
                Membership,
                (Membership.person_id == Grant.person_id)
                & (Membership.organisation_id == Mandate.agent_organisation_id),
            )
            .join(Person, Person.id == Grant.person_id)
            .join(Organisation, Organisation.id == Mandate.principal_id)
            .where(
                Grant.client_id == client_id,
                Grant.revoked_at.is_(None),
                Grant.expires_at > now,
                # A device's grant has no code; a code that was never used gave nothing.
                Grant.code_sha256.is_(None) | Grant.code_used_at.is_not(None),
                cast(Grant.scopes, Text).contains(f'"{scope}"', autoescape=True),
                (Mandate.agent_person_id == Grant.person_id) | Membership.person_id.is_not(None),
                holding_on(jst_date(now)),
                Person.active,
                (Mandate.id > number) | ((Mandate.id == number) & (Grant.person_id > person_after)),
            )
            .distinct()
            .order_by(Mandate.id, Grant.person_id)
            .limit(PAGE + 1)
        )
    )
    told = [
        _told(client_id, mandate, held.procedures, subject, principal)
        for mandate, subject, person, principal, limits in rows[:PAGE]
        if mandate.members is None or mandate.agent_person_id == person or person in mandate.members
        if (held := _in_hands(mandate, limits)) is not None
    ]
    last = f"{rows[PAGE - 1][0].id}:{rows[PAGE - 1][2]}" if len(rows) > PAGE else None
    return {"delegations": told, "next": last}


def _in_hands(mandate: Mandate, limits: list[str] | None) -> Held | None:
    """What is left of a mandate in the hands of a member limited to these procedures."""
    given = Held(mandate.id, mandate.principal_id, procedures=frozenset(mandate.procedures))
    return given.narrowed(frozenset(limits or ()))


def _told(
    client_id: str,
    mandate: Mandate,
    procedures: frozenset[str],
    subject: str,
    principal: Organisation,
) -> dict[str, Any]:
    return {
        "delegation_no": mandate.id,
        "system_cd": client_id,
        "sub": subject,
        "principal": {
            "id": principal.id,
            "name": principal.name,
            "corporate_number": principal.corporate_number,
        },
        "procedures": sorted(procedures),
        "powers": mandate.powers,
        "valid_from": mandate.valid_from.isoformat(),
        "valid_to": mandate.valid_to.isoformat() if mandate.valid_to else None,
    }
