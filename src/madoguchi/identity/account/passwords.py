"""Passwords (パスワード): Argon2id, strength, and lists of passwords that have become known."""

import asyncio
import hashlib
import secrets
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn_rs_py import zxcvbn

from madoguchi.identity.account.rules import LONGEST_PASSWORD, password_fault

# OWASP's and login.gov's class: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


async def hash_password(password: str) -> str:
    """The Argon2id hash, made beside the event loop."""
    return await asyncio.to_thread(HASHER.hash, password)


async def check_password(kept: str | None, password: str) -> bool:
    """Whether it is the password. Where none is kept, the same work is done for nothing."""
    if len(password) > LONGEST_PASSWORD:
        password = ""
    right = await asyncio.to_thread(_verify, kept or _nobodys(), password)
    return right and kept is not None


async def fault_of(password: str, about: list[str], breached: Path | None) -> str | None:
    """Why a new password is refused (rules.password_fault). `about`: words it must not rest on.

    `breached`: the list of SHA-1 hashes of passwords that became known, when there is one.
    """
    shown = password[:LONGEST_PASSWORD]
    strength = int((await asyncio.to_thread(zxcvbn, shown, about)).score)
    known = breached is not None and await asyncio.to_thread(is_breached, breached, password)
    return password_fault(password, strength, known)


def is_breached(path: Path, password: str) -> bool:
    """Whether a file of `SHA1:count` lines, ordered by hash, has the password (binary search).

    The format of Have I Been Pwned's downloader. OSError when the file cannot be read.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # to the beginning of the next line
            found = file.readline()[:40].upper()
            if found == wanted:
                return True
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        file.seek(low)
        return file.readline()[:40].upper() == wanted


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """A hash no password is known of."""
    return HASHER.hash(secrets.token_urlsafe(32))
