"""The journal (記録簿): every act as one entry, written with the state it changes, never altered.

`append` adds, `entries` reads, `verify` checks, `erase_payload` forgets content while the proof
stands. It is built to carry a transparency log (RFC 6962); see `leaf`.
"""

from madoguchi.kernel.journal.erasure import erase_payload
from madoguchi.kernel.journal.leaf import verify
from madoguchi.kernel.journal.models import ERASED, Entry, JournalError, Unplaced
from madoguchi.kernel.journal.service import append, entries, entry_row, latest

__all__ = [
    "ERASED",
    "Entry",
    "JournalError",
    "Unplaced",
    "append",
    "entries",
    "entry_row",
    "erase_payload",
    "latest",
    "verify",
]
