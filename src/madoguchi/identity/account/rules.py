"""Pure decisions about accounts: addresses, passwords, what a proof still needs. No I/O."""

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from madoguchi.identity.assurance import FIRST, SECOND

ENTRY, PRIME, MEMBER = "entry", "prime", "member"

PROOF_LIFE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=10)
CHALLENGE_LIFE = timedelta(minutes=5)
FRESH = timedelta(minutes=15)
"""How long after proving who one is the means of it may be changed (ASVS 7.5.1)."""
RESET_WAIT = timedelta(hours=24)
RESET_LIFE = timedelta(days=3)
INVITATION_LIFE = timedelta(days=7)
UNDO_LIFE = timedelta(hours=72)
"""How long the owner of an earlier address may undo its change."""
ADDRESS_REST = timedelta(days=30)
"""How long nobody can make an account with the address of one that was closed."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
LEAST_STRENGTH = 3
"""Of zxcvbn, 0 to 4: about ten thousand million guesses."""
MOST_PASSKEYS = 20

# Deliberately narrow: what mail servers of companies and providers use, in ASCII.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def mail_address(typed: str) -> str | None:
    """The address as it is kept and compared: NFKC (full-width forms), lower case; None if none."""
    address = unicodedata.normalize("NFKC", typed).strip().lower()
    return address if len(address) <= 254 and _ADDRESS.fullmatch(address) else None


def typed_code(typed: str) -> str:
    """A code without the blanks, hyphens and full-width forms of a human hand, upper case."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return "".join(character for character in plain if character.isalnum())[:40]


def password_fault(password: str, strength: int, breached: bool) -> str | None:
    """Why a new password is refused: short, long, breached or weak; None when it is good.

    No rules of composition, no expiry (ASVS 6.2.5, 6.2.10). Length in characters.
    """
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    if len(password) > LONGEST_PASSWORD:
        return "long"
    if breached:
        return "breached"
    return "weak" if strength < LEAST_STRENGTH else None


def reset_state(asked: datetime | None, now: datetime) -> str:
    """Where a reset stands: "none", "waiting" (the owner may still object) or "due"."""
    if asked is None or now >= asked + RESET_LIFE:
        return "none"
    return "due" if now >= asked + RESET_WAIT else "waiting"


def needs(
    amr: Collection[str], *, totp: bool, passkeys: bool, recovery: bool, guarded: bool
) -> str:
    """What a proof still needs: "first", "second", "passkey" or "nothing".

    Whoever has a passkey or an authenticator app, and who is `guarded` (a prime, an official), never
    enters with one factor: a mailbox or a password taken from them opens nothing. `totp`,
    `passkeys`, `recovery`: whether the account has an app, any passkey, any recovery code.
    """
    ways = set(amr)
    if {"pop", "user"} <= ways:
        return "nothing"
    if not ways & FIRST:
        return "first"
    if ways & SECOND or not (totp or passkeys or guarded):
        return "nothing"
    return "second" if totp or recovery else "passkey"
