"""Tables that can only be added to: the database itself refuses to change or delete their rows.

A table says so with `{"info": {APPEND_ONLY: ("payload", "salt")}}`: the names are columns that may
be emptied (set to NULL), nothing else. Triggers enforce it against every program that reaches the
database, not only ours. They are made with the tables and renewed after each migration; a
migration that must rewrite such a table drops them itself (`<table>_append_only_…`).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import MetaData, Table, event
from sqlalchemy.engine import Connection

from madoguchi.kernel.database.columns import Base

APPEND_ONLY = "append_only"

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def guard(connection: Connection, tables: Iterable[Table]) -> None:
    """Make, or renew, the triggers of those tables that are append-only."""
    write = _sqlite if connection.dialect.name == "sqlite" else _postgres
    for table in tables:
        if APPEND_ONLY in table.info:
            for statement in write(table):
                connection.exec_driver_sql(statement)


@event.listens_for(Base.metadata, "after_create")
def _guard_new(
    metadata: MetaData, connection: Connection, *, tables: Iterable[Table] = (), **options: Any
) -> None:
    guard(connection, tables)


def _rules(table: Table) -> Iterator[tuple[str, str, str]]:
    """(name, event, condition) of the triggers for single rows."""
    erasable = table.info[APPEND_ONLY]
    fixed = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in erasable)
    yield "delete", "DELETE", ""
    yield "update", f"UPDATE OF {fixed}", ""
    if erasable:
        names = ", ".join(f'"{name}"' for name in erasable)
        kept = " OR ".join(f'NEW."{name}" IS NOT NULL' for name in erasable)
        yield "erase", f"UPDATE OF {names}", f"WHEN ({kept})"


def _sqlite(table: Table) -> Iterator[str]:
    for name, change, condition in _rules(table):
        trigger = f'"{table.name}_append_only_{name}"'
        yield f"DROP TRIGGER IF EXISTS {trigger}"
        yield (
            f'CREATE TRIGGER {trigger} BEFORE {change} ON "{table.name}" {condition} '
            f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        )


def _postgres(table: Table) -> Iterator[str]:
    yield _POSTGRES_FUNCTION
    rules = [(*rule, "ROW") for rule in _rules(table)]
    for name, change, condition, each in (*rules, ("truncate", "TRUNCATE", "", "STATEMENT")):
        yield (
            f'CREATE OR REPLACE TRIGGER "{table.name}_append_only_{name}" BEFORE {change} '
            f'ON "{table.name}" FOR EACH {each} {condition} EXECUTE FUNCTION refuse_change()'
        )
