"""Looking after the OpenID provider from the command line: its clients and its keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from madoguchi.identity.provider.clients import registering, service
from madoguchi.identity.provider.keys import KeyStore
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import create_database
from madoguchi.settings import Settings

BY = "command_line"


async def register_client(told: Mapping[str, Any]) -> tuple[str, str | None]:
    """A new client's id and secret. IdentityError 422 for what may not be registered."""
    database = create_database(Settings().url)
    async with database.session() as session:
        client, secret = await service.register(session, system_clock, told, by=BY)
        await session.commit()
    await database.dispose()
    return client.id, secret


async def invite_client(label: str, uses: int, days: int, scopes: Sequence[str]) -> str:
    """An initial access token, by which a service registers itself. IdentityError 422."""
    database = create_database(Settings().url)
    async with database.session() as session:
        _, token = await registering.invite(
            session, system_clock, label, uses=uses, days=days, scopes=scopes, by=BY
        )
        await session.commit()
    await database.dispose()
    return token


async def client_lines() -> list[str]:
    """A line for each client: id, profile, name, its addresses, and whether it has ended."""
    database = create_database(Settings().url)
    async with database.reading() as session:
        found = await service.every(session)
    await database.dispose()
    return [
        f"{client.id}  {client.profile}  {client.name['ja']}  {' '.join(client.redirect_uris)}"
        f"{'  (registered itself)' if client.initial_token_id else ''}"
        f"{'  (disabled)' if client.disabled_at else ''}"
        for client in found
    ]


async def disable_client(client_id: str) -> None:
    """End a client. IdentityError 404."""
    database = create_database(Settings().url)
    async with database.session() as session:
        await service.disable(session, system_clock, client_id, by=BY)
        await session.commit()
    await database.dispose()


async def renew_client_secret(client_id: str) -> str:
    """A new secret in place of the old one. IdentityError 404."""
    database = create_database(Settings().url)
    async with database.session() as session:
        secret = await service.renew_secret(session, system_clock, client_id, by=BY)
        await session.commit()
    await database.dispose()
    return secret


def rotate_signing_keys() -> list[str]:
    """Make and publish the next keys; a line for each."""
    made = KeyStore(Settings().provider_folder / "keys").rotate(system_clock())
    return [f"{key.algorithm}  {key.kid}" for key in made]
