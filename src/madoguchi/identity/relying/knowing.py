"""What is known of providers (発見): their metadata and keys, fetched when needed and kept for an hour."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import KeySet

from madoguchi.identity.relying.checking import keys_of
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.metadata import Metadata, discovery_address, metadata_of

KEEP = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""Before keys are fetched anew for a name that is not among them: nobody makes us ask endlessly."""

AWAY = timedelta(seconds=20)
"""Before what could not be had is asked for again."""


@dataclass(frozen=True)
class Fetched:
    """An answer: its status and its body, bounded."""

    status: int
    body: bytes


Fetch = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Fetched]]
"""method, address, headers, body → Fetched. ProviderFault when nothing came back."""


class Knowledge:
    """Metadata and keys by issuer, of one process."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self._metadata: dict[str, tuple[Metadata, datetime]] = {}
        self._keys: dict[str, tuple[KeySet, datetime]] = {}
        self._away: dict[str, tuple[ProviderFault, datetime]] = {}

    async def metadata(self, issuer: str, now: datetime) -> Metadata:
        """The metadata of a configured issuer. ProviderFault."""
        kept = self._metadata.get(issuer)
        if kept is not None and now < kept[1] + KEEP:
            return kept[0]
        found = metadata_of(issuer, await self._json(discovery_address(issuer), now))
        self._metadata[issuer] = found, now
        return found

    async def keys(self, issuer: str, kid: str | None, now: datetime) -> KeySet:
        """The keys of a configured issuer; fetched anew when one of this name is missing."""
        kept = self._keys.get(issuer)
        if kept is not None:
            known = kid is None or any(key.kid == kid for key in kept[0].keys)
            if now < kept[1] + (KEEP if known else AGAIN):
                return kept[0]
        metadata = await self.metadata(issuer, now)
        found = keys_of(await self._json(metadata.jwks_uri, now))
        self._keys[issuer] = found, now
        return found

    async def _json(self, address: str, now: datetime) -> Any:
        """What is at an address; one that could not be had is not asked for again for a while,
        so that nobody makes us wait for it over and over (RFC 9111 4 has the same of errors).
        """
        failed = self._away.get(address)
        if failed is not None and now < failed[1] + AWAY:
            raise failed[0]
        try:
            found = read_json(await self.fetch("GET", address, {"Accept": "application/json"}, b""))
        except ProviderFault as fault:
            self._away[address] = fault, now
            raise
        self._away.pop(address, None)
        return found


def read_json(answer: Fetched) -> Any:
    """The JSON of a good answer. ProviderFault."""
    if answer.status != 200:
        raise ProviderFault(f"answered_{answer.status}")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ProviderFault("answer_unreadable") from None
