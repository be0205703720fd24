"""Asking a query: read, refused where it must be, answered by a worker under its bounds."""

import json
from typing import Any

from madoguchi.registry.linked.errors import LinkedError
from madoguchi.registry.linked.media import GRAPHS, TABLES, format_for
from madoguchi.registry.linked.protocol import Asked
from madoguchi.registry.linked.reading_query import Query, Refused, read_query
from madoguchi.registry.linked.workers import Answer, Workers

ROWS = 100  # on a page for people


async def answer(workers: Workers, asked: Asked, accept: str) -> tuple[str, bytes]:
    """The media type and the bytes of an answer. LinkedError for all that is not answered."""
    query = _read(asked.query)
    formats = GRAPHS if query.form.gives_graph else TABLES
    chosen = format_for(accept, formats)
    if chosen is None:
        raise LinkedError("not_acceptable")
    found = await _ask(workers, asked, chosen)
    return formats[chosen][0], found.body


async def rows(workers: Workers, query: str, page: int) -> dict[str, Any]:
    """A page of an answer: {"columns", "rows", "more"} or {"boolean"}. LinkedError."""
    _read(query)
    found = await _ask(workers, Asked(query), "rows", skip=(page - 1) * ROWS)
    shown: dict[str, Any] = json.loads(found.body)
    return shown


def _read(text: str) -> Query:
    try:
        return read_query(text)
    except Refused as fault:
        raise LinkedError(fault.reason, fault.detail) from fault


async def _ask(workers: Workers, asked: Asked, chosen: str, skip: int = 0) -> Answer:
    found = await workers.ask(
        {
            "query": asked.query,
            "default_graphs": asked.default_graphs,
            "named_graphs": asked.named_graphs,
            "format": chosen,
            "most_bytes": workers.bounds.answer,
            "most_rows": ROWS,
            "skip": skip,
        }
    )
    if found.fault:
        raise LinkedError(found.fault, found.detail)
    return found
