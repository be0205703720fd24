"""Receipts anybody can check (受付票の検証): with the receipt and the log's public key, no network."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from madoguchi.kernel.canonical import canonical_json, digest
from madoguchi.kernel.journal.leaf import commitment, leaf_content, leaf_hash
from madoguchi.kernel.journal.models import ERASED
from madoguchi.kernel.transparency.checkpoint import Checkpoint, read_checkpoint
from madoguchi.kernel.transparency.log import Log
from madoguchi.kernel.transparency.notes import Key, read_note, signed_by
from madoguchi.kernel.transparency.proving import Proofs
from madoguchi.kernel.transparency.tree import root_of_path

SIGNATURE = "signature"
_CONTEXT = b"madoguchi receipt v1\n"  # what is signed as a receipt is never taken for a checkpoint
LARGEST = 50_000_000


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a receipt: `where` in it, and the same in Japanese and English."""

    where: str
    message: Mapping[str, str]


def sealed(receipt: Mapping[str, Any], log: Log, proofs: Proofs | None) -> dict[str, Any]:
    """The receipt with its proofs (null while its entries wait for a place), signed by the log."""
    whole = {**receipt, "log": proofs.as_value() if proofs else None, "key": str(log.key)}
    signature = log.private.sign(_CONTEXT + canonical_json(whole))
    return {**whole, SIGNATURE: base64.b64encode(signature).decode()}


def read_receipt(content: bytes) -> dict[str, Any]:
    """A receipt from its file. ValueError for what is no JSON object, or names something twice."""
    if len(content) > LARGEST:
        raise ValueError("too large for a receipt")
    try:
        value = json.loads(content, object_pairs_hook=_once, parse_float=Decimal)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("a receipt is a JSON object")
    return value


def check_receipt(receipt: Mapping[str, Any], key: Key) -> list[Flaw]:
    """Everything wrong with a receipt; empty when it is whole, genuine and in the log."""
    try:
        return list(_flaws(receipt, key))
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as fault:
        return [_flaw("", "受付票として読めません。", f"This is no receipt ({fault}).")]


def _flaws(receipt: Mapping[str, Any], key: Key) -> Iterator[Flaw]:
    entries = receipt["journal"]
    if receipt["content"] is None and receipt["content_hash"] is None:
        yield from _erasure_flaws(receipt, entries)
    else:
        yield from _content_flaws(receipt, entries)
    for entry in entries:
        yield from _entry_flaws(entry)
    if receipt["log"] is None:
        yield _flaw(
            "log",
            "まだログに編入されていません。数秒後にもう一度受け取ってください。",
            "Not in the log yet: fetch the receipt again in a few seconds.",
        )
    else:
        yield from _log_flaws(receipt["log"], entries, key)
    unsigned = {name: value for name, value in receipt.items() if name != SIGNATURE}
    if not _signed(unsigned, receipt[SIGNATURE], key):
        yield _flaw(
            SIGNATURE,
            "受付票が書き換えられているか、別の窓口のものです。",
            "The receipt was changed, or another office signed it.",
        )


def _content_flaws(receipt: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Iterator[Flaw]:
    if receipt["content_hash"] != digest(receipt["content"]):
        yield _flaw("content", "提出した内容が書き換えられています。", "The content was changed.")
    if not any(
        (e["payload"] or {}).get("content_hash") == receipt["content_hash"] for e in entries
    ):
        yield _flaw(
            "journal", "この内容の提出の記録がありません。", "No entry records this content."
        )


def _erasure_flaws(receipt: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Iterator[Flaw]:
    """A receipt made after an erasure carries no content: an entry must say that it was erased."""
    told = [entry["payload"] for entry in entries if entry["action"] == ERASED]
    if not told or any(payload is None for payload in told) or told != receipt["erased"]:
        yield _flaw(
            "journal",
            "内容がないのに、消去の記録がありません。",
            "There is no content, and no entry says that it was erased.",
        )


def _entry_flaws(entry: Mapping[str, Any]) -> Iterator[Flaw]:
    where = f"journal/{entry['id']}"
    if entry["payload"] is not None and (
        commitment(entry["salt"], entry["payload"]) != entry["payload_commitment"]
    ):
        yield _flaw(where, "記録の内容が書き換えられています。", "The entry's content was changed.")
    leaf = leaf_content(
        id=entry["id"],
        subject=entry["subject"],
        seq=entry["seq"],
        at=datetime.fromisoformat(entry["at"]),
        actor=entry["actor"],
        on_behalf_of=entry["on_behalf_of"],
        action=entry["action"],
        payload_commitment=entry["payload_commitment"],
    )
    if leaf_hash(leaf) != entry["leaf_hash"]:
        yield _flaw(where, "記録が書き換えられています。", "The entry was changed.")


def _log_flaws(
    log: Mapping[str, Any], entries: list[Mapping[str, Any]], key: Key
) -> Iterator[Flaw]:
    note = read_note(log["checkpoint"])
    state: Checkpoint = read_checkpoint(note.text)
    if state.origin != key.name or not signed_by(note, key):
        yield _flaw(
            "log/checkpoint",
            "チェックポイントの署名が、渡された鍵のものではありません。",
            "The checkpoint is not signed by the given key.",
        )
    for entry in entries:
        where = f"log/entries/{entry['id']}"
        proof = log["entries"].get(entry["id"])
        path = [base64.b64decode(step, validate=True) for step in proof["path"]] if proof else []
        leaf = bytes.fromhex(entry["leaf_hash"])
        if not proof or root_of_path(proof["index"], state.size, leaf, path) != state.root:
            yield _flaw(where, "記録がログに含まれていません。", "The entry is not in the log.")


def _signed(value: Mapping[str, Any], signature: str, key: Key) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(
            base64.b64decode(signature, validate=True), _CONTEXT + canonical_json(value)
        )
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _flaw(where: str, ja: str, en: str) -> Flaw:
    return Flaw(where, {"ja": ja, "en": en})
