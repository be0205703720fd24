"""Levels of assurance (認証強度): how surely a person proved to be who they are.

`acr` (OpenID Connect Core 2) names the level, `amr` (RFC 8176) the ways it was reached: `pwd`
password, `otp` one-time password of an authenticator app, `pop` passkey (proof of possession of a
key), `user` the device asked its user, `mfa` two factors; and, not in the RFC, `email` a code sent
by mail and `recovery` a recovery code.
"""

from collections.abc import Collection

ACR_1 = "urn:madoguchi:acr:1"
"""Mail or password only."""
ACR_2 = "urn:madoguchi:acr:2"
"""Two factors."""
ACR_3 = "urn:madoguchi:acr:3"
"""A passkey that asked its user: two factors no false site can pass on."""
ACRS = (ACR_1, ACR_2, ACR_3)

FIRST = frozenset({"pwd", "email"})
SECOND = frozenset({"otp", "recovery"})


def acr_of(amr: Collection[str]) -> str:
    """The level that these ways reach together.

    Password and mail are one factor: who reads the mail can set the password.
    """
    ways = set(amr)
    if {"pop", "user"} <= ways:
        return ACR_3
    return ACR_2 if ways & FIRST and ways & SECOND else ACR_1


def reaches(acr: str, wanted: str) -> bool:
    """Whether a level is at least the wanted one; an unknown level reaches nothing."""
    return acr in ACRS and wanted in ACRS and ACRS.index(acr) >= ACRS.index(wanted)
