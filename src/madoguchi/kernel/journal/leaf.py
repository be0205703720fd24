"""What an entry commits to, in the form a transparency log needs.

    payload_commitment = SHA-256(salt ‖ canonical JSON of the payload)      salt: 16 random bytes
    leaf_hash          = SHA-256(0x00 ‖ canonical JSON of {id, subject, seq, at, actor,
                                 on_behalf_of, action, payload_commitment})

0x00 is the leaf prefix of RFC 6962 section 2.1 (inner nodes take 0x01), so leaf_hash is already
the leaf of a Merkle tree. The tree itself comes later and needs nothing changed here: a single
sequencer gives committed entries an index in order of id into a table of its own (ids alone are no
order of commitment: two transactions may commit the other way round), keeps the tiles, and signs
checkpoints. Erasing payload and salt leaves the commitment, hence every proof, intact; without the
salt, the content cannot be guessed from the hash even where few values are possible.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from madoguchi.kernel.canonical import canonical_json, canonical_plain, scalar_text
from madoguchi.kernel.journal.models import Entry

LEAF_PREFIX = b"\x00"
SALT_BYTES = 16


def new_salt() -> str:
    """Sixteen random bytes as 32 hexadecimal digits."""
    return secrets.token_hex(SALT_BYTES)


def commitment(salt: str, payload: dict[str, Any]) -> str:
    """SHA-256(salt ‖ canonical payload) in hexadecimal. TypeError/ValueError as canonical_json."""
    return commitment_to(salt, canonical_json(payload))


def commitment_to(salt: str, content: bytes) -> str:
    """The commitment to a payload in its canonical form."""
    return hashlib.sha256(bytes.fromhex(salt) + content).hexdigest()


def leaf_content(
    *,
    id: str,
    subject: str,
    seq: int,
    at: datetime,
    actor: str,
    on_behalf_of: str | None,
    action: str,
    payload_commitment: str,
) -> bytes:
    """The bytes hashed into a leaf: what a receipt shows its holder for checking."""
    return canonical_plain(
        {
            "id": id,
            "subject": subject,
            "seq": seq,
            "at": scalar_text(at),
            "actor": actor,
            "on_behalf_of": on_behalf_of,
            "action": action,
            "payload_commitment": payload_commitment,
        }
    )


def leaf_hash(content: bytes) -> str:
    """SHA-256(0x00 ‖ content) in hexadecimal (RFC 6962 section 2.1)."""
    return hashlib.sha256(LEAF_PREFIX + content).hexdigest()


def entry_content(entry: Entry) -> bytes:
    """The leaf bytes of a stored entry."""
    return leaf_content(
        id=entry.id,
        subject=entry.subject,
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        on_behalf_of=entry.on_behalf_of,
        action=entry.action,
        payload_commitment=entry.payload_commitment,
    )


def verify(entry: Entry) -> bool:
    """Whether the entry is what was written: its hash fits, and its payload unless erased."""
    return leaf_hash(entry_content(entry)) == entry.leaf_hash and payload_holds(entry)


def payload_holds(entry: Entry) -> bool:
    """Whether the payload is the one committed to, or erased together with its salt."""
    if entry.salt is None or entry.payload is None:
        return entry.salt is None and entry.payload is None
    return commitment(entry.salt, entry.payload) == entry.payload_commitment
