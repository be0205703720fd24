"""What the search of corporations is measured beside: pg_trgm, and FTS5 over pairs of characters."""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

import psycopg

Row = tuple[str, str, str]


class Peer(Protocol):
    """Something that finds names by a part of them."""

    name: str

    def fill(self, pieces: Iterable[Sequence[Row]]) -> None:
        """Take in number, name and kind of each."""

    def find(self, text: str) -> list[str]:
        """The numbers of 50 that have this in their name."""

    def count_by_kind(self, text: str) -> dict[str, int]:
        """20 of them, and how many there are of each kind."""


class Trigrams:
    """PostgreSQL: LIKE over a GIN index of trigrams."""

    name = "pg_trgm"

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def fill(self, pieces: Iterable[Sequence[Row]]) -> None:
        """Take in number, name and kind of each."""
        run = self._connection.execute
        run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        run("DROP TABLE IF EXISTS peer")
        run("CREATE TABLE peer (number text PRIMARY KEY, name text NOT NULL, kind text NOT NULL)")
        with self._connection.cursor().copy("COPY peer FROM STDIN") as copy:
            for number, name, kind in chain.from_iterable(pieces):
                copy.write_row((number, plain(name), kind))
        run("CREATE INDEX peer_name ON peer USING gin (name gin_trgm_ops)")
        run("ANALYZE peer")

    def find(self, text: str) -> list[str]:
        """The numbers of 50 that have this in their name."""
        found = self._connection.execute(
            "SELECT number FROM peer WHERE name LIKE %s ORDER BY length(name), number LIMIT 50",
            [f"%{_like(plain(text))}%"],
        )
        return [number for (number,) in found]

    def count_by_kind(self, text: str) -> dict[str, int]:
        """20 of them, and how many there are of each kind."""
        pattern = f"%{_like(plain(text))}%"
        self._connection.execute(
            "SELECT number FROM peer WHERE name LIKE %s ORDER BY number LIMIT 20", [pattern]
        ).fetchall()
        return dict(
            self._connection.execute(
                "SELECT kind, count(*) FROM peer WHERE name LIKE %s GROUP BY kind", [pattern]
            ).fetchall()
        )


class Fts5:
    """SQLite: full text over pairs of characters, phrases of them."""

    name = "FTS5"

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def fill(self, pieces: Iterable[Sequence[Row]]) -> None:
        """Take in number, name and kind of each."""
        run = self._connection.execute
        run("PRAGMA journal_mode = off")
        run("DROP TABLE IF EXISTS peer")
        run("DROP TABLE IF EXISTS pairs")
        run("CREATE TABLE peer (id INTEGER PRIMARY KEY, number TEXT, name TEXT, kind TEXT)")
        run("CREATE VIRTUAL TABLE pairs USING fts5(name, content='')")
        place = 0
        for some in pieces:
            numbered = [
                (place + at, number, plain(name), kind)
                for at, (number, name, kind) in enumerate(some, 1)
            ]
            place += len(some)
            self._connection.executemany("INSERT INTO peer VALUES (?, ?, ?, ?)", numbered)
            self._connection.executemany(
                "INSERT INTO pairs (rowid, name) VALUES (?, ?)",
                [(at, _pairs(name)) for at, _, name, _ in numbered],
            )
        self._connection.commit()

    def find(self, text: str) -> list[str]:
        """The numbers of 50 that have this in their name."""
        phrase = _phrase(text)
        if not phrase:
            return []
        found = self._connection.execute(
            "SELECT number FROM peer WHERE id IN (SELECT rowid FROM pairs WHERE pairs MATCH ?) "
            "ORDER BY length(name), number LIMIT 50",
            [phrase],
        )
        return [number for (number,) in found]

    def count_by_kind(self, text: str) -> dict[str, int]:
        """20 of them, and how many there are of each kind."""
        phrase = _phrase(text)
        if not phrase:
            return {}
        self._connection.execute(
            "SELECT number FROM peer WHERE id IN (SELECT rowid FROM pairs WHERE pairs MATCH ?) "
            "ORDER BY number LIMIT 20",
            [phrase],
        ).fetchall()
        return dict(
            self._connection.execute(
                "SELECT kind, count(*) FROM peer WHERE id IN "
                "(SELECT rowid FROM pairs WHERE pairs MATCH ?) GROUP BY kind",
                [phrase],
            ).fetchall()
        )


def plain(text: str) -> str:
    """What a careful developer would store: one width, no spaces, small letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def _like(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _pairs(text: str) -> str:
    """Pairs as hexadecimal words: FTS5 would cut at signs inside them."""
    return " ".join(text[place : place + 2].encode().hex() for place in range(len(text) - 1))


def _phrase(text: str) -> str:
    pairs = _pairs(plain(text))
    return f'"{pairs}"' if pairs else ""
