"""Marking what was typed within what was found (一致箇所): the characters, not their widths, count."""

from collections.abc import Iterable

from madoguchi.registry.corporations.names import fold_name, name_key

LONGEST = 200

Piece = tuple[str, bool]
"""A part of a text, and whether it is what was typed."""


def marked(text: str, typed: str) -> list[Piece]:
    """A text in pieces. Kana, widths and old forms of characters fold, as in the search itself."""
    if len(text) > LONGEST:
        return [(text, False)]
    # How long the folded text is up to each character: a character may fold to none, or to two.
    ends = [len(fold_name(text[:place])) for place in range(len(text) + 1)]
    folded = fold_name(text)
    flags = [False] * len(text)
    for part in _parts(typed):
        start = folded.find(part)
        if start < 0:
            continue
        for place in range(len(text)):
            flags[place] |= ends[place] < start + len(part) and ends[place + 1] > start
    return _pieces(text, flags)


def _parts(typed: str) -> Iterable[str]:
    """What may stand in the text: all of it, the name without its legal form, each word."""
    short = typed[:LONGEST]
    whole, core = fold_name(short), name_key(short).core
    words = [fold_name(word) for word in short.split()]
    return dict.fromkeys(part for part in (whole, core, *words) if part)


def _pieces(text: str, flags: list[bool]) -> list[Piece]:
    pieces: list[Piece] = []
    for character, flag in zip(text, flags, strict=True):
        if pieces and pieces[-1][1] == flag:
            pieces[-1] = (pieces[-1][0] + character, flag)
        else:
            pieces.append((character, flag))
    return pieces
