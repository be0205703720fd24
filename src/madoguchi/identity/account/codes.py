"""Codes people type (確認コード): by mail, for recovery, in links; only keyed hashes are kept."""

import hashlib
import hmac
import secrets

from madoguchi.kernel.ids import ALPHABET
from madoguchi.kernel.sealing import derived_key

MAIL_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 24  # of 32 characters: 120 bits, so that a fast hash is enough (ASVS 6.5.2)
RECOVERY_LENGTHS = (16, RECOVERY_LENGTH)  # those made before had 16


def mail_code() -> str:
    """Six digits; its tries are limited, so that they suffice."""
    return f"{secrets.randbelow(10**MAIL_DIGITS):0{MAIL_DIGITS}}"


def recovery_code() -> str:
    """Characters that are not mistaken for each other, shown in groups of four."""
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))


def in_groups(code: str) -> str:
    """The code as it is shown: ABCD-EFGH-…"""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def link_token() -> str:
    """The secret part of a link in a mail: 256 bits."""
    return secrets.token_urlsafe(32)


def mac(key: str, purpose: str, owner: str, code: str) -> str:
    """The keyed hash of somebody's code: without the installation's key it cannot be guessed at."""
    message = f"{owner}\0{code}".encode()
    return hmac.new(derived_key(key, f"code.{purpose}"), message, hashlib.sha256).hexdigest()


def equal(one: str | None, other: str) -> bool:
    """Whether two hashes are equal, in the same time wherever they differ."""
    return hmac.compare_digest(one or "", other)
