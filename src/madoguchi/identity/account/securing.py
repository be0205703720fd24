"""Looking after one's means of proof (認証手段の管理): passkeys, app, recovery codes, password.

Each caller has made sure that the person proved who they are a short while ago (rules.FRESH).
"""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import authenticator, codes
from madoguchi.identity.account.limits import PASSWORD, SECOND, admit
from madoguchi.identity.account.models import Passkey, RecoveryCode
from madoguchi.identity.account.passwords import check_password, fault_of, hash_password
from madoguchi.identity.account.proving import TOTP_SEAL, Known, Means, known_of, totp_right
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import MOST_PASSKEYS
from madoguchi.identity.errors import account_refused, not_allowed, unknown
from madoguchi.kernel.sealing import seal


async def own(session: AsyncSession, person_id: str) -> Known:
    """A person's account. IdentityError 403 for people of the demonstration, who have none."""
    found = await known_of(session, person_id)
    if found is None:
        raise not_allowed()
    return found


async def add_passkey(
    session: AsyncSession, means: Means, known: Known, passkey: Passkey, label: str
) -> None:
    """Keep a passkey just verified. IdentityError 422 for one known already, or too many."""
    person_id = known.person.id
    if await _passkeys(session, person_id) >= MOST_PASSKEYS:
        raise account_refused("too_many_passkeys")
    passkey.person_id, passkey.created_at = person_id, means.now
    passkey.label = label.strip()[:100] or "Passkey"
    try:
        async with session.begin_nested():
            session.add(passkey)
    except IntegrityError as fault:
        raise account_refused("passkey_known") from fault
    known.account.reset_at = None
    await note(session, means.now, person_id, "passkey_added", {"label": passkey.label})


async def remove_passkey(
    session: AsyncSession, means: Means, known: Known, passkey_id: str
) -> None:
    """Remove one. IdentityError 404 for anybody else's; 422 for the last second factor of who needs one."""
    person_id = known.person.id
    found = await session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person_id)
    )
    if found is None:
        raise unknown("passkey")
    last = await _passkeys(session, person_id) == 1 and known.account.totp_since is None
    _keep_second(known, last)
    await session.delete(found)
    await note(session, means.now, person_id, "passkey_removed", {"label": found.label})


async def begin_authenticator(session: AsyncSession, means: Means, known: Known) -> str:
    """A new secret for an app, in force once a code of it was shown; the secret in base32."""
    secret = authenticator.new_secret()
    if known.account.totp_since is not None:
        raise not_allowed()
    known.account.totp = seal(means.key, TOTP_SEAL, secret)
    return secret


async def confirm_authenticator(
    session: AsyncSession, means: Means, known: Known, typed: str
) -> bool:
    """Put the app in force when the code is right; the caller commits also when it is not."""
    account = known.account
    if account.totp is None or account.totp_since is not None:
        raise not_allowed()
    if not await admit(session, SECOND, f"begin\0{account.person_id}", means.now):
        return False
    account.totp_since = means.now
    if not await totp_right(session, means, account, typed):
        account.totp_since = None
        return False
    await note(session, means.now, account.person_id, "authenticator_added")
    return True


async def remove_authenticator(session: AsyncSession, means: Means, known: Known) -> None:
    """Forget the app. IdentityError 422 when it is the last second factor of who needs one."""
    account = known.account
    if account.totp_since is None:
        account.totp = None
        return
    _keep_second(known, await _passkeys(session, account.person_id) == 0)
    account.totp = account.totp_since = None
    await note(session, means.now, account.person_id, "authenticator_removed")


async def make_recovery_codes(
    session: AsyncSession, means: Means, known: Known, *, by: str | None = None
) -> list[str]:
    """Ten new codes in place of all earlier ones; they are shown now and never again."""
    person_id = known.person.id
    made = [codes.recovery_code() for _ in range(codes.RECOVERY_CODES)]
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.add_all(
        RecoveryCode(mac=codes.mac(means.key, "recovery", person_id, code), person_id=person_id)
        for code in made
    )
    await note(session, means.now, person_id, "recovery_codes_made", by=by)
    return [codes.in_groups(code) for code in made]


async def recovery_codes_left(session: AsyncSession, person_id: str) -> int:
    """How many recovery codes are not used."""
    counted = select(func.count()).where(RecoveryCode.person_id == person_id)
    return await session.scalar(counted) or 0


async def hashed_password(means: Means, known: Known, password: str) -> str:
    """The hash of a new password, made in no transaction. IdentityError 422 for a bad one."""
    about = [known.person.name, known.account.address, *known.account.address.split("@")]
    fault = await fault_of(password, [*about, "madoguchi"], means.breached)
    if fault is not None:
        raise account_refused(f"password_{fault}")
    return await hash_password(password)


async def current_password(means: Means, known: Known, typed: str) -> bool:
    """Whether it is the password in use, tried within its limit; where there is none, always."""
    kept = known.account.password
    if kept is None:
        return True
    async with means.database.session() as session:
        allowed = await admit(session, PASSWORD, f"change\0{known.person.id}", means.now)
        await session.commit()
    return allowed and await check_password(kept, typed)


async def set_password(
    session: AsyncSession, means: Means, known: Known, hashed: str | None
) -> None:
    """Keep a new password's hash, or (None) do without a password from now on."""
    known.account.password = hashed
    action = "password_set" if hashed else "password_removed"
    await note(session, means.now, known.person.id, action)


def _keep_second(known: Known, last: bool) -> None:
    if last and (known.guarded or known.acts):
        raise account_refused("needs_second")


async def _passkeys(session: AsyncSession, person_id: str) -> int:
    return await session.scalar(select(func.count()).where(Passkey.person_id == person_id)) or 0
