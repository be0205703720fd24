"""The index of texts (表記の索引) of a generation: which literals hold these characters.

Every literal of PROPERTIES stands in it, so that a filter on one of them may be answered
by looking the literals up first: nothing it would find is missing. Pairs of characters are the
words of an SQLite full-text table; what they find is looked at again, character by character.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

FILE = "literals.db"
LABEL, KANA = "表記", "カナ表記"
PREFECTURE, CITY = "都道府県", "市区町村"
PROPERTIES = (LABEL, KANA, PREFECTURE, CITY)
"""The properties (ic:) whose literals stand in the index."""

OCCURRENCES = {PREFECTURE: 50_000, CITY: 1_000}
"""How many structures have the same literal of a property, roughly; of others one."""

_EDITION = 1  # of the index (SQLite's user_version)
_OF_EDITION = {0: (LABEL, KANA), _EDITION: PROPERTIES}  # a generation may be older than the program
_LONGEST = 400  # of a text to look for


class LiteralWriter:
    """Makes the index while a generation is written."""

    def __init__(self, folder: Path) -> None:
        # Pieces are written by whichever thread is free, one after the other.
        self._connection = sqlite3.connect(folder / FILE, check_same_thread=False)
        self._connection.executescript(
            f"PRAGMA user_version={_EDITION}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
            "CREATE TABLE literal (id INTEGER PRIMARY KEY, property TEXT, value TEXT, tag TEXT,"
            " UNIQUE (value, property, tag));"
        )

    def add(self, literals: Iterable[tuple[str, str, str]]) -> None:
        """Add (property, value, tag) rows; those that are there already change nothing.

        The tag is "" or "@" and a language.
        """
        self._connection.executemany(
            "INSERT OR IGNORE INTO literal (property, value, tag) VALUES (?, ?, ?)", literals
        )

    def finish(self) -> None:
        """Build the words and close."""
        connection = self._connection
        connection.execute(
            "CREATE VIRTUAL TABLE words USING fts5"
            "(pairs, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
        rows = connection.execute("SELECT id, value FROM literal ORDER BY id")
        while piece := rows.fetchmany(10_000):
            connection.executemany(
                "INSERT INTO words (rowid, pairs) VALUES (?, ?)",
                [(place, " ".join(_pairs(value))) for place, value in piece],
            )
        connection.commit()
        connection.close()


class Label(NamedTuple):
    """A literal of the index: its characters, and its tag ("" or "@ja")."""

    value: str
    tag: str


class Literals:
    """The index of a generation, for reading."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(f"file:{folder / FILE}?mode=ro&immutable=1", uri=True)
        (edition,) = self._connection.execute("PRAGMA user_version").fetchone()
        self._properties = _OF_EDITION.get(edition, ())

    def holding(self, parts: Sequence[str], property_name: str, most: int) -> list[Label] | None:
        """The literals of a property that hold every one of `parts`, at most `most` of them.

        None for what the index cannot tell: no part of two characters, a text too long,
        a property that stood in no index yet when this one was made.
        """
        if property_name not in self._properties:
            return None
        words = [pair for part in parts if len(part) <= _LONGEST for pair in _pairs(part)]
        if not words:
            return None
        rows = self._connection.execute(
            "SELECT value, tag FROM words JOIN literal ON literal.id = words.rowid"
            " WHERE words MATCH ? AND property = ? ORDER BY words.rowid",
            (" ".join(dict.fromkeys(words)), property_name),
        )
        found = (Label(*row) for row in rows if all(part in row[0] for part in parts))
        return list(islice(found, most))


def _pairs(value: str) -> list[str]:
    """Pairs of neighbouring characters, each as letters and digits no tokenizer splits or folds."""
    codes = [f"{ord(character):x}" for character in value]
    return [f"{first}z{second}" for first, second in pairwise(codes)]
