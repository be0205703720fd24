"""Services that register themselves (RFC 7591, 7592), by a token an administrator gave them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.provider.clients import service
from madoguchi.identity.provider.clients.metadata import columns_of, invalid_metadata
from madoguchi.identity.provider.clients.rules import PRIVATE_KEY
from madoguchi.identity.provider.errors import OAuthError, client_fault, invalid_token
from madoguchi.identity.provider.models import Client, InitialToken
from madoguchi.identity.provider.profiles import OPENID, STANDARD
from madoguchi.identity.provider.secrets import matches, sha256
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import new_id

BY = "itself"
LONGEST_DAYS = 90
MOST_USES = 100
SCOPES = STANDARD.user_scopes


async def invite(
    session: AsyncSession,
    clock: Clock,
    label: str,
    *,
    uses: int,
    days: int,
    scopes: Sequence[str],
    by: str,
) -> tuple[InitialToken, str]:
    """An initial access token and its text, which is given here and never again.

    `label` says for whom; services registered by it may have `scopes`. IdentityError 422. The
    caller commits.
    """
    if not label.strip() or len(label) > 100 or not label.isprintable():
        raise client_fault(
            "だれに渡すかを1～100文字で入力してください。",
            "Enter for whom it is, 1 to 100 characters.",
            "/label",
        )
    if not 1 <= uses <= MOST_USES:
        raise client_fault(
            f"回数は1～{MOST_USES}にしてください。", f"Choose 1 to {MOST_USES} uses.", "/uses"
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise client_fault(
            f"日数は1～{LONGEST_DAYS}にしてください。", f"Choose 1 to {LONGEST_DAYS} days.", "/days"
        )
    if OPENID not in scopes or not set(scopes) <= set(SCOPES):
        raise client_fault(
            f"openidと、次の中から選んでください：{'、'.join(SCOPES)}",
            f"Choose openid, and among: {', '.join(SCOPES)}",
            "/scopes",
        )
    text, now = secrets.token_urlsafe(32), clock()
    made = InitialToken(
        id=new_id(),
        label=label.strip(),
        sha256=sha256(text),
        scopes=[scope for scope in SCOPES if scope in scopes],
        uses_left=uses,
        made_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(made)
    told = {"label": made.label, "uses": uses, "days": days, "scopes": made.scopes}
    await _journal(session, now, made.id, "initial_token_made", by, told)
    return made, text


async def open_invitations(session: AsyncSession, now: datetime) -> Sequence[InitialToken]:
    """The initial access tokens that still register, newest first."""
    found = select(InitialToken).where(*_usable(now)).order_by(InitialToken.id.desc())
    return (await session.scalars(found)).all()


async def revoke_invitation(session: AsyncSession, clock: Clock, id: str, *, by: str) -> None:
    """End an initial access token. IdentityError 404. The caller commits."""
    ended = await session.scalar(
        update(InitialToken)
        .where(InitialToken.id == id, InitialToken.revoked_at.is_(None))
        .values(revoked_at=clock())
        .returning(InitialToken.id)
    )
    if ended is None:
        raise unknown("initial_token")
    await _journal(session, clock(), id, "initial_token_revoked", by, {})


async def check_invited(session: AsyncSession, now: datetime, token: str) -> None:
    """That an initial access token still registers, before anything sent is read. OAuthError."""
    held = select(InitialToken.id).where(InitialToken.sha256 == sha256(token), *_usable(now))
    if await session.scalar(held) is None:
        raise _not_invited()


async def register_itself(
    session: AsyncSession, clock: Clock, token: str, metadata: Mapping[str, Any]
) -> tuple[Client, str | None, str]:
    """A new client, its secret, and the token by which it manages itself. OAuthError.

    One use of the initial access token is taken in the same transaction; the caller commits only
    when this does not raise.
    """
    used = await session.scalar(
        update(InitialToken)
        .where(InitialToken.sha256 == sha256(token), *_usable(clock()))
        .values(uses_left=InitialToken.uses_left - 1)
        .returning(InitialToken)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if used is None:
        raise _not_invited()
    text = secrets.token_urlsafe(32)
    columns = columns_of(metadata, used.scopes)
    kept = {"initial_token_id": used.id, "registration_sha256": sha256(text)}
    try:
        client, secret = await service.register(session, clock, {**columns, **kept}, by=BY)
    except IdentityError as fault:
        raise _told(fault) from None
    return client, secret, text


async def itself(session: AsyncSession, client_id: str, token: str) -> Client:
    """The client that a registration access token is of. OAuthError invalid_token."""
    client = await service.find(session, client_id)
    if client is None or not matches(token, client.registration_sha256):
        raise invalid_token("the registration access token is not valid")
    return client


async def change_itself(
    session: AsyncSession, clock: Clock, client: Client, metadata: Mapping[str, Any]
) -> tuple[Client, str | None]:
    """Replace what a client is registered with (RFC 7592 2.2); a secret where it now needs one.

    Never more scopes and grant types than it has, and nothing demanded of it is let go: an
    administrator may have decided so. OAuthError. The caller commits.
    """
    if metadata.get("client_id") != client.id:
        raise invalid_metadata("client_id must be that of the client")
    if "client_secret" in metadata and not matches(
        str(metadata["client_secret"]), client.secret_sha256
    ):
        raise invalid_metadata("client_secret is not that of the client")
    # Locked before it is read: an administrator's change at this moment stands too.
    client = await session.get_one(Client, client.id, with_for_update=True)
    columns = _no_looser(client, columns_of(metadata, client.scopes))
    try:
        return await service.change(session, clock, client.id, columns, by=BY)
    except IdentityError as fault:
        raise _told(fault) from None


def _no_looser(client: Client, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns a client asks for, with what is demanded of it kept. OAuthError."""
    if not set(columns["grant_types"]) <= set(client.grant_types):
        raise invalid_metadata("grant_types are more than the client has")
    if client.auth_method == PRIVATE_KEY != columns["auth_method"]:
        raise invalid_metadata("token_endpoint_auth_method must stay private_key_jwt")
    kept = {
        name: getattr(client, name) or columns[name] for name in ("par_required", "dpop_required")
    }
    return {**columns, **kept, "introspects": client.introspects}


def _usable(now: datetime) -> tuple[Any, ...]:
    return (
        InitialToken.uses_left > 0,
        InitialToken.expires_at > now,
        InitialToken.revoked_at.is_(None),
    )


def _not_invited() -> OAuthError:
    return invalid_token("an initial access token is needed")


def _told(fault: IdentityError) -> OAuthError:
    """A fault of the metadata in the words of RFC 7591 3.2.2."""
    pointers = fault.pointers or ("",)
    code = "invalid_redirect_uri" if "/redirect_uris" in pointers else "invalid_client_metadata"
    return OAuthError(code, f"{pointers[0].lstrip('/')}: {fault.message['en']}")


async def _journal(
    session: AsyncSession, at: datetime, id: str, action: str, by: str, payload: dict[str, Any]
) -> None:
    await journal.append(
        session,
        subject=f"oidc_initial_token:{id}",
        action=action,
        actor=by,
        at=at,
        payload=payload,
    )
