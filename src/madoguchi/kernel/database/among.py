"""A column among many values (多数の値): all of them as one parameter, so that their number is free.

`IN (…)` with a parameter for each value is put together anew for every list, which takes longer than
asking, and SQLite takes a few hundred only.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession


def among(session: AsyncSession, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column of texts has one of these values, for a statement of this session."""
    if session.get_bind().dialect.name == "sqlite":
        items = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(items.c.value))  # type: ignore[no-any-return]
    listed = bindparam("among", list(values), ARRAY(String), unique=True)
    return column == any_(listed)  # type: ignore[no-any-return]
