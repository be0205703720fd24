"""Faults of a database that a sender can mend, or should wait for, in words they understand."""

import sqlite3
from typing import Any

from sqlalchemy.engine import Connection, ExceptionContext

from madoguchi.kernel.database.columns import UnstorableText
from madoguchi.kernel.durable import StorageFull
from madoguchi.kernel.errors import DomainError

# SQLSTATE of PostgreSQL.
# Serialisation failure, deadlock, lock not available, too many connections: nothing is wrong with
# the request, and sending it again will do.
TRY_AGAIN = ("40001", "40P01", "55P03", "53300")
# Shut down by an administrator, after a crash of another process, or still starting; class 08,
# connection exceptions.
AWAY = ("57P01", "57P02", "57P03")
AWAY_CLASS = "08"
FULL = "53100"
# What asyncpg says of a connection that broke between two steps of one statement. SQLAlchemy would
# keep it, and whoever gets it next would hear the same.
LOST_TRACK = "InternalClientError"
# Primary result codes of SQLite. What it cannot write, read or map on a disk that is full comes as
# IOERR where FULL does not fit (the index of the WAL), and as CANTOPEN for a file it cannot make.
SQLITE_STORAGE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
# Class 22: data exceptions.
TEXT_TOO_LONG, OUT_OF_RANGE, UNSTORABLE = "22001", "22003", ("22021", "22P05")


class DatabaseBusy(DomainError):
    """The database did not become free in time (混雑)."""

    def __init__(self) -> None:
        super().__init__(
            "database_busy",
            503,
            {
                "ja": "ただいま混み合っています。少し待ってから、もう一度お試しください。",
                "en": "The service is busy. Please wait a moment and try again.",
            },
        )


class DatabaseAway(DomainError):
    """The database does not answer (データベースの停止): whether a commit under way was kept, is open.

    The same request under the same Idempotency-Key finds out.
    """

    def __init__(self) -> None:
        super().__init__(
            "database_away",
            503,
            {
                "ja": "ただいま記録を保存できません。少し待ってから、もう一度お試しください。",
                "en": "Records cannot be kept at the moment. Please wait a moment and try again.",
            },
        )


class ValueTooLarge(DomainError):
    """A text or a number that its column does not hold (値が大きすぎる)."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}_too_large",
            422,
            {
                "ja": "入力した値が長すぎるか、大きすぎます。短くしてからお送りください。",
                "en": "A value you entered is too long or too large. Please shorten it.",
            },
        )


def explain(context: ExceptionContext) -> Any:
    """Handler of SQLAlchemy's `handle_error`: raises a DomainError, or leaves the fault alone."""
    fault: BaseException | None = context.original_exception
    # Of a statement that took longer than any may, nobody knows whether it will ever be answered.
    if type(fault).__name__ == LOST_TRACK or isinstance(fault, TimeoutError):
        context.is_disconnect = True
    known = explained(fault, lost=context.is_disconnect)
    if known is not None:
        raise known from fault


def explained(fault: BaseException | None, *, lost: bool) -> DomainError | None:
    """What a driver's fault means to the sender; `lost`: the connection is of no use any more."""
    state, text = getattr(fault, "sqlstate", None) or "", str(fault)
    if state in UNSTORABLE or isinstance(fault, UnicodeEncodeError) or "surrogates not" in text:
        return UnstorableText()
    if state == TEXT_TOO_LONG:
        return ValueTooLarge("text")
    if state == OUT_OF_RANGE or isinstance(fault, OverflowError) or "out of int" in text:
        return ValueTooLarge("number")
    if state in TRY_AGAIN or "database is locked" in text:
        return DatabaseBusy()
    if state == FULL or getattr(fault, "sqlite_errorcode", 0) & 0xFF in SQLITE_STORAGE:
        return StorageFull()
    return DatabaseAway() if lost or state in AWAY or state.startswith(AWAY_CLASS) else None


def refuse_nul(
    connection: Connection,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    executemany: bool,
) -> None:
    """Handler of `before_cursor_execute` on SQLite, which would keep NUL; PostgreSQL refuses it."""
    rows = parameters if executemany else [parameters]
    for row in rows:
        values = row.values() if isinstance(row, dict) else row
        if any(isinstance(value, str) and "\0" in value for value in values):
            raise UnstorableText
