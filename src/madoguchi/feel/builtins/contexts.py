"""Context built-ins (コンテキストの関数), DMN 10.3.4.11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..meter import spend
from .registry import Functions

Context = Mapping[str, Any]


def made(entries: list[Context]) -> Context | None:
    """Make a context of ``{key, value}`` entries; duplicate keys give null."""
    found = {entry["key"]: entry["value"] for entry in entries}
    if len(found) < len(entries) or not all(isinstance(key, str) for key in found):
        return None
    return found


def put(context: Context, keys: list[str], value: Any) -> Context | None:
    """Give the context with the entry at a path of keys set."""
    first, *rest = keys  # none: ValueError, and so null
    if rest:
        inner = context.get(first)
        value = put(inner, rest, value) if isinstance(inner, Mapping) else None
    return None if first is None or (rest and value is None) else {**context, first: value}


def merged(contexts: list[Context]) -> Context:
    """Merge contexts, later entries winning."""
    whole: dict[str, Any] = {}
    for part in contexts:
        spend(len(part))
        whole |= part
    return whole


FUNCTIONS: Functions = {
    "get value(m: context, key: string) -> Any": lambda m, key: m.get(key),
    "get entries(m: context) -> list<context<key: string, value: Any>>": lambda m: [
        {"key": key, "value": value} for key, value in m.items()
    ],
    "context(entries: list<context>) -> context": made,
    "context put(context: context, key: string, value: Any) -> context": lambda m, key, value: {
        **m,
        key: value,
    },
    "context put(context: context, keys: list<string>, value: Any) -> context": put,
    "context merge(contexts: list<context>) -> context": merged,
}
