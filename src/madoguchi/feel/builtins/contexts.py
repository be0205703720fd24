"""Context built-ins (コンテキストの関数), DMN 10.3.4.11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meter import spend
from .registry import builtin


@builtin("get value(m: context, key: string) -> Any")
def get_value(context: Mapping[str, Any], key: str) -> Any:
    """Read an entry by its key."""
    return context.get(key)


@builtin("get entries(m: context) -> list<context<key: string, value: Any>>")
def get_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the entries as ``{key, value}``."""
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list<context>) -> context")
def context(entries: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Make a context of ``{key, value}`` entries; duplicate keys give null."""
    made: dict[str, Any] = {}
    for entry in entries:
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: Any) -> context")
def context_put(into: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Give the context with one entry set."""
    return {**into, key: value}


@builtin("context put(context: context, keys: list<string>, value: Any) -> context")
def context_put_deep(into: Mapping[str, Any], keys: list[str], value: Any) -> dict[str, Any] | None:
    """Give the context with an entry set at a path of keys."""
    if not keys or None in keys:
        return None
    if len(keys) == 1:
        return {**into, keys[0]: value}
    inner = into.get(keys[0])
    if not isinstance(inner, Mapping):
        return None
    changed = context_put_deep(inner, keys[1:], value)
    return None if changed is None else {**into, keys[0]: changed}


@builtin("context merge(contexts: list<context>) -> context")
def context_merge(contexts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge contexts, later entries winning."""
    merged: dict[str, Any] = {}
    for part in contexts:
        spend(len(part))
        merged |= part
    return merged
