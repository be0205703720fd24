"""What an installation keeps (記録), compared whichever way a filing went."""

import json
from typing import Any

from sqlalchemy import inspect, select

from tests.cases.filing.office import Office

# What differs from filing to filing, whichever way it goes.
OWN = {
    "id", "case_id", "draft_id", "entry_id", "arrival_number", "subject", "salt", "key", "body",
    "payload_commitment", "leaf_hash", "dedupe_key", "headers", "link", "request",
}  # fmt: skip


async def rows(office: Office, table: Any) -> list[Any]:
    async with office.counter.database.reading() as session:
        return list(await session.scalars(select(table).order_by(*inspect(table).primary_key)))


def comparable(row: Any, own: dict[str, str]) -> dict[str, Any]:
    """A row without what is its own; ids inside its values replaced by names."""
    values = {
        attribute.key: getattr(row, attribute.key)
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in OWN
    }
    text = json.dumps(values, default=str, sort_keys=True)
    for id, name in own.items():
        text = text.replace(id, name)
    return json.loads(text)
