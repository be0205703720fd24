"""The provider of an installation: its address, its signing keys, its mark for refresh tokens."""

import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from madoguchi.identity.provider.keys import KeyStore
from madoguchi.identity.provider.profiles import PROFILES, Profile, issuer_of
from madoguchi.kernel.durable import write_once


@dataclass(frozen=True)
class Provider:
    """`folder` holds `keys/` and `refresh-mark`, all secret; nothing is made before it is needed."""

    address: str
    folder: Path

    @cached_property
    def keys(self) -> KeyStore:
        """The signing keys, parsed once a process."""
        return KeyStore(self.folder / "keys")

    @cached_property
    def refresh_mark(self) -> bytes:
        """What makes refresh tokens recognisable as ours."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(self.folder / "refresh-mark", secrets.token_bytes(32))
        return (self.folder / "refresh-mark").read_bytes()

    @cached_property
    def nonce_secret(self) -> bytes:
        """What nonces of DPoP are made with."""
        return hmac.new(self.refresh_mark, b"madoguchi dpop nonces", "sha256").digest()

    @cached_property
    def issuers(self) -> frozenset[str]:
        """The issuers of all profiles."""
        return frozenset(self.issuer(profile) for profile in PROFILES.values())

    def issuer(self, profile: Profile) -> str:
        """The issuer of a profile."""
        return issuer_of(profile, self.address)

    def url(self, endpoint: str) -> str:
        """The address of an endpoint: "token" → https://…/oauth/token."""
        return f"{self.address}/oauth/{endpoint}"
