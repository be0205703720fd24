"""People, organisations, memberships and roles: making and reading them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.models import (
    AccessToken,
    Agency,
    Membership,
    Organisation,
    Person,
    RoleGrant,
)
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import is_corporate_number


@dataclass(frozen=True)
class Choice:
    """One person of the development chooser: where they belong and what they can do."""

    person: Person
    organisations: tuple[Organisation, ...]
    principals: tuple[Organisation, ...]
    roles: tuple[tuple[Agency, str], ...]


async def add_person(
    session: AsyncSession,
    clock: Clock,
    *,
    name: str,
    kana: str = "",
    title: str = "",
    email: str | None = None,
    language: str = "ja",
    about: Mapping[str, str] | None = None,
) -> Person:
    """A new person; with `about` it is offered in the development chooser. The caller commits."""
    person = Person(
        id=new_id(),
        name=name,
        kana=kana,
        title=title,
        email=email,
        language=language,
        about=dict(about or {}),
        active=True,
        created_at=clock(),
    )
    session.add(person)
    await session.flush()
    return person


async def add_organisation(
    session: AsyncSession,
    clock: Clock,
    *,
    name: str,
    corporate_number: str | None = None,
    kana: str = "",
    name_en: str = "",
    address: Mapping[str, str] | None = None,
    representative_title: str = "",
    representative_name: str = "",
) -> Organisation:
    """A new organisation. IdentityError 422 for a wrong corporate number. The caller commits."""
    if corporate_number is not None and not is_corporate_number(corporate_number):
        raise IdentityError(
            "invalid_corporate_number",
            422,
            {
                "ja": "法人番号は検査用数字を含む13桁で入力してください。",
                "en": "A corporate number has 13 digits with a check digit.",
            },
            pointers=("/corporate_number",),
        )
    organisation = Organisation(
        id=new_id(),
        corporate_number=corporate_number,
        name=name,
        kana=kana,
        name_en=name_en,
        address=dict(address or {}),
        representative_title=representative_title,
        representative_name=representative_name,
        created_at=clock(),
    )
    session.add(organisation)
    await session.flush()
    return organisation


async def add_member(
    session: AsyncSession, person_id: str, organisation_id: str, role: str = "staff"
) -> None:
    """Let a person act for an organisation; repeating changes the role. The caller commits."""
    await session.merge(Membership(person_id=person_id, organisation_id=organisation_id, role=role))
    await session.flush()


async def grant_role(
    session: AsyncSession,
    clock: Clock,
    person_id: str,
    agency_id: str,
    role: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    by: str,
) -> None:
    """Give a person a role at an agency, for a time; repeating changes that. The caller commits."""
    # Tokens made before the first role were made with fewer proofs than an official's need.
    first = ~exists().where(RoleGrant.person_id == person_id)
    await session.execute(
        update(AccessToken)
        .where(AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None), first)
        .values(revoked_at=clock())
    )
    given = RoleGrant(
        person_id=person_id,
        agency_id=agency_id,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    await session.merge(given)
    await session.flush()
    await journal.append(
        session,
        subject=f"person:{person_id}",
        action="role_granted",
        actor=by,
        at=clock(),
        payload={
            "agency": agency_id,
            "role": role,
            **({"from": valid_from.isoformat()} if valid_from else {}),
            **({"to": valid_to.isoformat()} if valid_to else {}),
        },
    )


async def person(session: AsyncSession, person_id: str) -> Person:
    """One person. IdentityError 404 when there is none."""
    found = await session.get(Person, person_id) if is_id(person_id) else None
    if found is None:
        raise unknown("person")
    return found


async def people_named(session: AsyncSession, ids: Sequence[str]) -> dict[str, str]:
    """The names of people by id, for lists and timelines; unknown ids are left out."""
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


async def organisations_named(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """The names of organisations by id; unknown ids are left out."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(ids)))
    return {row.id: row.name for row in await session.execute(query)}


async def organisation(session: AsyncSession, organisation_id: str) -> Organisation:
    """One organisation. IdentityError 404 when there is none."""
    found = await session.get(Organisation, organisation_id) if is_id(organisation_id) else None
    if found is None:
        raise unknown("organisation")
    return found


async def organisation_by_number(
    session: AsyncSession, corporate_number: str
) -> Organisation | None:
    """The organisation with a corporate number, None when it has no account here."""
    found: Organisation | None = await session.scalar(
        select(Organisation).where(Organisation.corporate_number == corporate_number)
    )
    return found


async def agent_title(session: AsyncSession, actor: Actor) -> str:
    """An agent as others read it: 代田行政書士事務所 代田 理子, 行政書士 小林 誠."""
    if actor.own is not None:
        return f"{(await organisation(session, actor.own)).name} {actor.name}"
    return f"{(await person(session, actor.id)).title} {actor.name}".strip()


async def tells_filings(session: AsyncSession, mandate_id: str) -> bool:
    """Whether the principal of a mandate wants to be told of each filing."""
    return bool(await session.scalar(select(Mandate.tell_filings).where(Mandate.id == mandate_id)))


def corporation_value(organisation: Organisation) -> dict[str, Any]:
    """The organisation as the value of a package's `corporation` field, for prefill."""
    return {
        "number": organisation.corporate_number,
        "name": organisation.name,
        "kana": organisation.kana,
        "address": address_line(organisation.address),
        "representative_title": organisation.representative_title,
        "representative_name": organisation.representative_name,
    }


def address_line(address: Mapping[str, str]) -> str:
    """An address in one line as it is written in Japan, without postal code."""
    return "".join(address.get(part) or "" for part in ("prefecture", "city", "street")) + (
        f" {address['building']}" if address.get("building") else ""
    )


async def officials_of(
    session: AsyncSession, agency_ids: Sequence[str], role: str, today: date
) -> list[Person]:
    """The active people whose role directly at one of these agencies is in force, by kana."""
    found = await session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.agency_id.in_(list(agency_ids)),
            RoleGrant.role == role,
            RoleGrant.in_force(today),
            Person.active,
        )
        .order_by(Person.kana, Person.id)
        .distinct()
    )
    return list(found)


async def list_people(session: AsyncSession) -> list[Choice]:
    """The people of the development chooser: active ones with `about`, in order of their making."""
    people = [
        item
        for item in await session.scalars(select(Person).where(Person.active).order_by(Person.id))
        if item.about
    ]
    own = await session.execute(
        select(Membership.person_id, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .order_by(Organisation.id)
    )
    organisations: dict[str, list[Organisation]] = {}
    for person_id, item in own:
        organisations.setdefault(person_id, []).append(item)
    granted = await session.execute(
        select(RoleGrant, Agency)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .order_by(Agency.position, RoleGrant.role)
    )
    roles: dict[str, list[tuple[Agency, str]]] = {}
    for grant, agency in granted:
        roles.setdefault(grant.person_id, []).append((agency, grant.role))
    principals = await _principals(session)
    return [
        Choice(
            item,
            tuple(organisations.get(item.id, ())),
            tuple(  # each once: several mandates may be from one organisation
                dict.fromkeys(
                    principal
                    for agent in (item.id, *(o.id for o in organisations.get(item.id, ())))
                    for principal in principals.get(agent, ())
                )
            ),
            tuple(roles.get(item.id, ())),
        )
        for item in people
    ]


async def _principals(session: AsyncSession) -> dict[str, list[Organisation]]:
    """The organisations that gave mandates, by their agent's id (of a person or organisation)."""
    rows = await session.execute(
        select(Mandate, Organisation)
        .join(Organisation, Organisation.id == Mandate.principal_id)
        .where(Mandate.revoked_at.is_(None), Mandate.accepted_at.is_not(None))
        .order_by(Mandate.id)
    )
    found: dict[str, list[Organisation]] = {}
    for mandate, principal in rows:
        agent = mandate.agent_person_id or mandate.agent_organisation_id
        if agent:
            found.setdefault(agent, []).append(principal)
    return found
