"""What happened with an account (アカウントの記録): the journal, and word to its owner."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.limits import PASSWORD, throttle_key
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.sealing import seal

TELL_JOB, LETTER_JOB = "messages.tell", "messages.letter"
LETTER_SEAL = "letter"

# What the owner is told of at once: whoever did it, they must learn of it (ASVS 6.3.7).
TOLD: Mapping[str, Mapping[str, str]] = {
    "passkey_added": {"ja": "パスキーが追加されました", "en": "A passkey was added"},
    "passkey_removed": {"ja": "パスキーが削除されました", "en": "A passkey was removed"},
    "authenticator_added": {
        "ja": "認証アプリが登録されました",
        "en": "An authenticator app was added",
    },
    "authenticator_removed": {
        "ja": "認証アプリの登録が解除されました",
        "en": "The authenticator app was removed",
    },
    "password_set": {"ja": "パスワードが設定されました", "en": "A password was set"},
    "password_removed": {"ja": "パスワードが削除されました", "en": "The password was removed"},
    "recovery_codes_made": {
        "ja": "回復コードが新しく作られました",
        "en": "New recovery codes were made",
    },
    "recovery_code_used": {"ja": "回復コードが使われました", "en": "A recovery code was used"},
    "reset_asked": {
        "ja": "認証手段のリセットが申し込まれました",
        "en": "A reset of your ways to sign in was asked for",
    },
    "reset_done": {
        "ja": "認証手段がリセットされました",
        "en": "Your ways to sign in were reset",
    },
    "address_changed": {
        "ja": "メールアドレスが変更されました",
        "en": "Your mail address was changed",
    },
    "address_undone": {
        "ja": "メールアドレスの変更が取り消され、すべてのログインを終了しました",
        "en": "The change of your mail address was undone, and every session was ended",
    },
    "sessions_ended_by_office": {
        "ja": "管理者が、あなたのログインをすべて終わらせました",
        "en": "An administrator ended all your sessions",
    },
    "provider_linked": {
        "ja": "所属機関のIDでログインできるようになりました",
        "en": "Your account can now be entered by your agency's provider",
    },
    "provider_unlinked": {
        "ja": "所属機関のIDとの連携が解除されました",
        "en": "Your account was unlinked from your agency's provider",
    },
    "session_moved": {
        "ja": "ログインが別のブラウザで使われたため、終了しました",
        "en": "A session was ended: it was used in another browser",
    },
}
_ADVICE = {
    "ja": "心当たりがない場合は、アカウントの画面でほかのログインを終了し、認証手段を確かめてください。",
    "en": "If this was not you, end the other sessions on your account page and check your ways to sign in.",
}


async def note(
    session: AsyncSession,
    at: datetime,
    person_id: str,
    action: str,
    payload: Mapping[str, Any] | None = None,
    *,
    by: str | None = None,
) -> None:
    """Write into the journal what happened with a person's account; tell them when they must know."""
    entry = await journal.append(
        session,
        subject=f"person:{person_id}",
        action=action,
        actor=by or person_id,
        at=at,
        payload=dict(payload or {}),
    )
    if action in TOLD:
        await enqueue(
            session,
            TELL_JOB,
            {
                "person": person_id,
                "organisation": None,
                "subject": dict(TOLD[action]),
                "body": _ADVICE,
                "dedupe_key": f"account:{entry.id}",
                "link": "/account/security",
                "values": {},
            },
        )


async def note_failure(
    session: AsyncSession, at: datetime, address: str, person_id: str | None, way: str
) -> None:
    """A failed try, under the person or, with the same work, under a hash of the address."""
    subject = f"person:{person_id}" if person_id else f"address:{throttle_key(PASSWORD, address)}"
    await journal.append(
        session,
        subject=subject,
        action="sign_in_failed",
        actor="public",
        at=at,
        payload={"way": way},
    )


async def send_letter(session: AsyncSession, key: str, to: str, subject: str, body: str) -> None:
    """Have a mail sent; until then it is kept sealed, for it may carry a code or a secret link."""
    sealed = seal(key, LETTER_SEAL, f"{to}\n{subject}\n{body}")
    await enqueue(session, LETTER_JOB, {"sealed": sealed}, max_attempts=4)


async def history(session: AsyncSession, person_id: str, limit: int = 50) -> list[journal.Entry]:
    """The newest entries about a person's account."""
    rows = await session.scalars(
        select(journal.Entry)
        .where(journal.Entry.subject == f"person:{person_id}")
        .order_by(journal.Entry.seq.desc())
        .limit(limit)
    )
    return list(rows)
