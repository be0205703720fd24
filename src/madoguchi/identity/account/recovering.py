"""Recovery (アカウントの回復): by time and the mailbox, never by asking somebody.

Whoever lost every means asks by mail, waits a day while the owner is told at every turn, and asks
again. Signing in with two factors in between cancels it. No official can shorten or skip this.
"""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.addressing import undoable
from madoguchi.identity.account.ending import end_access, end_standing
from madoguchi.identity.account.models import Passkey, RecoveryCode
from madoguchi.identity.account.proving import Known, Means
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import ENTRY, reset_state
from madoguchi.identity.relying.models import ProviderLink


async def reset(session: AsyncSession, means: Means, known: Known) -> str:
    """One step of a reset, by who has just proved their address: what it came to.

    "refused" for officials, whom the operator gives a code; "needless" where mail is enough;
    "changed" while the owner of the earlier address may still undo its change;
    "asked"; "waiting"; "done": every means but the address is gone, every session, token, membership
    and mandate ended, and the account an entry again: who took a mailbox and waited gets a name,
    not an organisation. The caller commits.
    """
    account, now = known.account, means.now
    if known.official:
        return "refused"
    if not known.strong:
        return "needless"
    if await undoable(session, account.person_id, now):
        return "changed"  # who took over the address must not take over the rest by it
    state = reset_state(account.reset_at, now)
    if state == "waiting":
        return "waiting"
    if state == "none":
        account.reset_at = now
        await note(session, now, account.person_id, "reset_asked")
        return "asked"
    for table in (Passkey, RecoveryCode, ProviderLink):
        await session.execute(delete(table).where(table.person_id == account.person_id))
    account.password = account.totp = account.totp_since = account.reset_at = None
    account.level = ENTRY
    await end_standing(session, now, account.person_id, account.address)
    await end_access(session, now, account.person_id)
    await note(session, now, account.person_id, "reset_done")
    return "done"
