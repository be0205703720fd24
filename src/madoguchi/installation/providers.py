"""Looking after the providers officials may sign in by, from the command line."""

from collections.abc import Mapping
from typing import Any

from madoguchi.identity.account.proving import known_at
from madoguchi.identity.errors import unknown
from madoguchi.identity.relying import providers
from madoguchi.identity.service import agencies, seed_agencies
from madoguchi.installation.clients import BY
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import create_database
from madoguchi.settings import Settings


async def trust(told: Mapping[str, Any]) -> list[str]:
    """Trust a provider; the addresses to register there. IdentityError 404, 422."""
    settings = Settings()
    database = create_database(settings.url)
    async with database.session() as session:
        if not await agencies(session):
            await seed_agencies(session)
        made = await providers.add(session, system_clock, settings.secret_key, told, by=BY)
        await session.commit()
    await database.dispose()
    back, over = (f"{settings.address}{path}" for path in providers.paths(made.id))
    return [f"redirect_uri            {back}", f"backchannel_logout_uri  {over}"]


async def provider_lines() -> list[str]:
    """A line for each: id, agency, name, issuer, and whether it has ended."""
    database = create_database(Settings().url)
    async with database.reading() as session:
        found = await providers.every(session)
    await database.dispose()
    return [
        f"{one.id}  {one.agency_id}  {one.name['ja']}  {one.issuer}"
        f"{'  (disabled)' if one.disabled_at else ''}"
        for one in found
    ]


async def disable_provider(provider_id: str) -> None:
    """Trust one no longer. IdentityError 404."""
    database = create_database(Settings().url)
    async with database.session() as session:
        await providers.disable(session, system_clock, provider_id, by=BY)
        await session.commit()
    await database.dispose()


async def link_account(provider_id: str, subject: str, address: str) -> None:
    """Link the account with a mail address. IdentityError 404, 409."""
    database = create_database(Settings().url)
    async with database.session() as session:
        provider = await providers.open_one(session, provider_id)
        known = await known_at(session, address)
        if known is None:
            raise unknown("account")
        await providers.link(session, system_clock, provider.id, subject, known.person.id, by=BY)
        await session.commit()
    await database.dispose()
