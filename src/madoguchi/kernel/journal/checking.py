"""Checking stored entries by the million: raw columns in, the leaf they make and whether all fits out.

The hash of an entry is first made from the columns as the driver gives them, the canonical form
written by one format. Only what fits by that is taken for good at once; all else is asked of
`leaf.verify`'s own parts, so nothing is called changed, or whole, that they would call otherwise.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlalchemy import Text, cast, type_coerce
from sqlalchemy.types import NullType

from madoguchi.kernel.database.columns import read_json
from madoguchi.kernel.journal.leaf import (
    LEAF_PREFIX,
    commitment_to,
    entry_content,
    leaf_hash,
    payload_holds,
)
from madoguchi.kernel.journal.models import Entry

_COLUMNS = Entry.__table__.c  # of the table, not the class: rows need no loading
# What `leaf_of` takes, as the driver gives it: moments and JSON are not read for each row.
RAW = (
    _COLUMNS.id,
    _COLUMNS.subject,
    _COLUMNS.seq,
    type_coerce(_COLUMNS.at, NullType()),
    _COLUMNS.actor,
    _COLUMNS.on_behalf_of,
    _COLUMNS.action,
    cast(_COLUMNS.payload, Text),
    _COLUMNS.salt,
    _COLUMNS.payload_commitment,
    _COLUMNS.leaf_hash,
)
_NAMES = (
    "id",
    "subject",
    "seq",
    "at",
    "actor",
    "on_behalf_of",
    "action",
    "payload",
    "salt",
    "payload_commitment",
    "leaf_hash",
)
_scan = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_UNREADABLE = (AttributeError, TypeError, ValueError, ArithmeticError, RecursionError)


def leaf_of(row: Sequence[Any]) -> tuple[bytes | None, bool]:
    """The leaf hash (32 bytes) that the columns RAW make, None where they cannot be read; and
    whether it is the stored one and the payload the one committed to, or erased."""
    id, subject, seq, at, actor, behalf, action, payload, salt, committed, stored = row
    try:
        leaf = hashlib.sha256(
            LEAF_PREFIX
            + (
                f'{{"action":{quoted(action)},"actor":{quoted(actor)},"at":"{_moment(at)}",'
                f'"id":{quoted(id)},"on_behalf_of":{"null" if behalf is None else quoted(behalf)},'
                f'"payload_commitment":{quoted(committed)},"seq":{seq},"subject":{quoted(subject)}}}'
            ).encode()
        )
        if leaf.hexdigest() == stored and (
            _commits(committed, salt, payload) or (payload is None and salt is None)
        ):
            return leaf.digest(), True
    except _UNREADABLE:
        pass
    return _asked(row)


def _commits(committed: str, salt: str | None, payload: str | None) -> bool:
    if salt is None or payload is None:
        return False
    content, end = _scan(payload)
    if end != len(payload):
        return False
    return commitment_to(salt, _encode(content).encode()) == committed


def _asked(row: Sequence[Any]) -> tuple[bytes | None, bool]:
    values = dict(zip(_NAMES, row, strict=True))
    try:
        at, payload = values["at"], values["payload"]
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        values["at"] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        values["payload"] = None if payload is None else read_json(payload)
        entry = Entry(**values)
        hashed = leaf_hash(entry_content(entry))
    except _UNREADABLE:
        return None, False
    try:
        whole = hashed == entry.leaf_hash and payload_holds(entry)
    except _UNREADABLE:
        whole = False
    return bytes.fromhex(hashed), whole


def _moment(at: str | datetime) -> str:
    """A moment as the canonical form writes it, from SQLite's text or PostgreSQL's time."""
    if isinstance(at, str):
        return f"{at[:10]}T{at[11:].removesuffix('.000000')}Z"
    return f"{at.isoformat().removesuffix('+00:00')}Z"
