"""Pure rules of webhooks: signatures and pauses."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

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
