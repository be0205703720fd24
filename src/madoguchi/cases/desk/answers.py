"""The answers of a filing as it was filed (申請内容), for officials."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from madoguchi.cases.answers import AnswerPage, Origin, Reading, answer_pages
from madoguchi.cases.filing.entering import value_at
from madoguchi.cases.stored import leaves, shown
from madoguchi.procedures.service import Field, Package

Provenance = Mapping[str, Mapping[str, Any]]


def filed_answers(
    package: Package,
    data: Mapping[str, Any],
    provenance: Provenance,
    relevant: frozenset[str],
    language: str,
) -> list[AnswerPage]:
    """Every page with the questions that were asked, answered or not."""

    def files(pointer: str) -> list[Mapping[str, Any]]:
        found = value_at(data, pointer)
        return [found] if isinstance(found, Mapping) else []

    def origin(field: Field) -> Origin | None:
        return _origin(field, data.get(field.name), provenance)

    return answer_pages(
        Reading(
            package,
            asked=lambda field: field.name in data or f"/{field.name}" in relevant,
            value=lambda pointer: value_at(data, pointer),
            text=lambda field, value: shown(field, value, language),
            files=files,
            state=lambda field: "known" if field.spec.readonly and origin(field) else "typed",
            origin=origin,
            every_column=True,
        )
    )


def _origin(field: Field, stored: Any, provenance: Provenance) -> Origin | None:
    at, below = f"/{field.name}", f"/{field.name}/"
    found = {p: origin for p, origin in provenance.items() if p == at or p.startswith(below)}
    first = next((origin for origin in found.values() if origin.get("label")), None)
    if first is None:
        return None
    answers = leaves({field.name: field}, {field.name: stored})
    now = {pointer: value for pointer, _, value in answers}
    edited = any(
        _plain(now.get(at)) != _plain(origin["value"])
        for at, origin in found.items()
        if not (isinstance(origin["value"], Mapping) and field.parts)  # its parts say it
    )
    days = {origin.get("as_of") for origin in found.values()} if field.type == "table" else ()
    as_of = first.get("as_of") if len(days) <= 1 else None  # rows may be of different days
    return Origin(dict(first["label"]), as_of, edited)


def _plain(value: Any) -> str:
    """An answer for comparing: filing it made wide signs narrow, which is no change."""
    if isinstance(value, Mapping):
        return str(value.get("id") or value)
    return "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
