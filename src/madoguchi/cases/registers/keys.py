"""Keeping the keys by which entries are looked up (照合の鍵), in step with what they say now."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.models import RegisterKey
from madoguchi.cases.registers.values import typed
from madoguchi.procedures.lookup_keys import lookup_key


async def renew_keys(session: AsyncSession, versions: Sequence[RegisterEntry]) -> None:
    """Write the keys of an entry anew, from the versions that stand now."""
    entry = versions[0]
    columns = key_columns(entry.labels)
    if not columns:
        return
    await session.execute(delete(RegisterKey).where(RegisterKey.entry_id == entry.entry_id))
    keys = {
        (name, lookup_key(typed(version.columns.get(name))))
        for version in versions
        for name in columns
    }
    session.add_all(
        RegisterKey(register=entry.register, column=name, value=value, entry_id=entry.entry_id)
        for name, value in sorted(keys)
        if value
    )
    await session.flush()


def key_columns(labels: Mapping[str, Any]) -> list[str]:
    """The names of the key columns, from an entry's labels."""
    return [str(column["name"]) for column in labels.get("columns") or [] if column.get("key")]
