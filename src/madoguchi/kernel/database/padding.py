"""Lists for IN (…): of few lengths, so that the database keeps a prepared statement for each."""

from collections.abc import Iterable
from typing import TypeVar

Key = TypeVar("Key")


def padded(values: Iterable[Key]) -> list[Key]:
    """Each value once, then the last one again up to a power of two; [] of nothing."""
    distinct = list(dict.fromkeys(values))
    if not distinct:
        return []
    length = 1 << (len(distinct) - 1).bit_length()
    return distinct + distinct[-1:] * (length - len(distinct))
