"""Rows in no session (保存前の行): what pure functions make, read like the ORM's own, stored by COPY.

An object of the ORM keeps books about every attribute that is set, which takes longer than making
the row. `vars` of an unsaved row are the columns: for `store`, or for the ORM's class.
"""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import inspect

from madoguchi.kernel.database.columns import Base

Table = TypeVar("Table", bound=Base)


def unsaved(table: type[Table], **values: Any) -> Table:
    """A row of a table with these values, its defaults, and None for every other column."""
    row = SimpleNamespace(**{name: default() for name, default in _defaults(table)})
    row.__dict__.update(values)
    return cast(Table, row)


def default_of(default: Any) -> Callable[[], Any]:
    """What gives a new value of a column's default (None: NULL)."""
    if default is None:
        return _null
    if default.is_scalar:
        return lambda: default.arg
    return lambda: default.arg(None)


def _null() -> None:
    return None


@cache
def _defaults(table: type[Base]) -> tuple[tuple[str, Callable[[], Any]], ...]:
    return tuple(
        (attribute.key, default_of(attribute.columns[0].default))
        for attribute in inspect(table).column_attrs
    )
