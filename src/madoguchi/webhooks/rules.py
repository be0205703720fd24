"""Pure rules of webhooks: signatures, pauses, which addresses may be called."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

KEEP_TRYING = timedelta(days=3)
SILENT = timedelta(days=2)  # without a success when an event is given up: nobody is there
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=12)
OPENS_AFTER = 5  # failures in a row that open the circuit
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
OVERLAP = timedelta(hours=24)  # how long the secret before a rotation stays valid
TOLERANCE = timedelta(minutes=5)
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of Standard Webhooks, no secret
LONGEST_URL = 500

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]


def secret_of(installation_key: str, endpoint_id: str, serial: int) -> str:
    """The secret of an endpoint: "whsec_" and 32 bytes in base64, derived, never stored."""
    name = f"madoguchi.webhook:{endpoint_id}:{serial}"
    key = hmac.digest(installation_key.encode(), name.encode(), "sha256")
    return SECRET_PREFIX + base64.b64encode(key).decode()


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The signature of Standard Webhooks: "v1," and base64 of HMAC-SHA256(id.timestamp.body)."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(
    secret: str, id: str, timestamp: str, body: bytes, signatures: str, now: datetime
) -> bool:
    """Whether one of the space-separated signatures is ours and the time is not minutes off."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    right = signature(secret, id, int(timestamp), body).encode()
    given = signatures.encode("utf-8", "replace").split()
    return any(hmac.compare_digest(right, one) for one in given[:10])


def pause_after(delivery_id: str, attempts: int) -> timedelta:
    """The pause after `attempts` failures (1, 2 …): 10 s, 30 s, 90 s … 12 h, ± 25 %.

    The jitter is a hash of delivery and attempt: what failed together does not return together.
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * pow(3.0, min(attempts - 1, 12)))
    spread = int.from_bytes(hashlib.sha256(f"{delivery_id}:{attempts}".encode()).digest()[:2])
    return pause * (750 + spread % 501) / 1000


def next_attempt(
    delivery_id: str, attempts: int, since: datetime, now: datetime
) -> datetime | None:
    """When to try again; None when that would be more than three days after the first time."""
    due = now + pause_after(delivery_id, attempts)
    return due if due - since <= KEEP_TRYING else None


def rest_after(failures: int) -> timedelta:
    """How long an open circuit rests: 1 min after the fifth failure, doubling to 1 h."""
    return min(LONGEST_REST, FIRST_REST * (1 << min(max(0, failures - OPENS_AFTER), 6)))


def networks(text: str) -> Networks:
    """The networks an administrator allows besides the public ones: CIDRs, comma-separated.

    Raises ValueError for what is no network.
    """
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def may_call(address: str, allowed: Networks) -> bool:
    """Whether this IP address may be called: public, or in a network that is allowed.

    Addresses that carry an IPv4 one (mapped, NAT64, 6to4, Teredo) are judged by what they carry.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = [found, *_carried(found)]
    if any(found in network for network in allowed if network.version == found.version):
        return True
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in inner)


def _carried(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"):
        if address in ipaddress.ip_network(network):
            carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in carried if one is not None]


def url_fault(url: str, allowed: Networks) -> str | None:
    """Why this is no address to be told at: length, form, scheme, private; None when it is one.

    Plain http is for the networks an administrator allows; what a name resolves to is judged at
    every connection.
    """
    if not 1 <= len(url) <= LONGEST_URL:
        return "length"
    if any(not "\x21" <= character <= "\x7e" or character in '\\"<>' for character in url):
        return "form"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "form"
    if not host or parts.username is not None or parts.fragment or port == 0:
        return "form"
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        return "scheme"
    return "private" if _is_inside(host, allowed) else None


def _is_inside(host: str, allowed: Networks) -> bool:
    """A literal address that may not be called, or a name that only means something within."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        inside = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
        # 127.1, 0x7f000001 and the like are addresses to a resolver, not names.
        return (inside and not allowed) or host.rsplit(".", 1)[-1][:1].isdigit()
    return not may_call(host, allowed)
