"""A column among many values (多数の値): all of them as one parameter, so that their number is free.

`IN (…)` with a parameter for each value is put together anew for every list, which takes longer than
asking, and SQLite takes a few hundred only.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, String, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


def among(column: Any, values: Sequence[str] | str) -> ColumnElement[bool]:
    """Whether a column of texts has one of these values.

    `values` as a text names the parameter under which they are given each time a statement that
    was made once is asked.
    """
    if isinstance(values, str):
        return _Among(column, bindparam(values, type_=_Texts))
    return _Among(column, bindparam("among", list(values), type_=_Texts, unique=True))


class _Texts(TypeDecorator[Sequence[str]]):
    """Texts as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        is_array = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(String) if is_array else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - both are of SQLAlchemy
