"""The inspector's device (検査員の端末): whose pages and records it keeps, and under which key.

Records that could not be sent yet are kept by the browser encrypted. The key is given with the
pages of a visit to its person only; when they sign out, pages and key leave the device, and what
is unsent stays unreadable there until the same person signs in again.
"""

import base64
import hmac
from datetime import datetime

from madoguchi.kernel.clock import as_utc

PERSON_HEADER = "X-Madoguchi-Person"


def pocket_key(secret: str, person_id: str) -> str:
    """The AES-256 key of a person's unsent records, in base64; the same at each sign-in."""
    key = hmac.digest(secret.encode(), f"madoguchi.visits:{person_id}".encode(), "sha256")
    return base64.b64encode(key).decode()


def moment(at: datetime) -> str:
    """A moment as devices compare them: UTC, to the millisecond."""
    return as_utc(at).isoformat(timespec="milliseconds")
