"""The file of a collection (取りまとめのファイル): XML by template, CSV, JSON; each valid or refused."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema_rs

from madoguchi.documents.letters.sandbox import render_xml
from madoguchi.documents.refusals import DocumentError
from madoguchi.documents.xml_files import MOST_FAULTS, faults_of
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.language import pick
from madoguchi.procedures.package.collected import Collection

MEDIA = {
    "xml": "application/xml",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def file_of(
    collection: Collection,
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
) -> tuple[bytes, list[str]]:
    """The file and what is wrong with it (then it must not be handed out).

    `rows` and `lines` as kept (`collecting.as_json`); `about`: collection, period, edition,
    made_on, agency, as templates see them.
    """
    match collection.spec.file.format:
        case "xml":
            return _xml(collection, rows, lines, about)
        case "json":
            return _json(collection, rows, about)
    return _csv(collection, rows), []


def file_name(collection: Collection, period: str, edition: int) -> str:
    """The name of the file, with period and edition."""
    stem = collection.spec.file.name
    for name, value in (("collection", collection.name), ("period", period)):
        stem = stem.replace("{" + name + "}", value)
    return f"{stem}-v{edition}.{collection.spec.file.format}"


def _xml(
    collection: Collection,
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
) -> tuple[bytes, list[str]]:
    columns = list(collection.spec.columns)
    # Every name exists: what was not told is empty, and a template need not ask.
    every = {name for source in collection.sources for name in source.line}
    context = {
        **about,
        "rows": [{**dict.fromkeys(columns), **row} for row in rows],
        "lines": [{**dict.fromkeys(every), **line} for line in lines],
    }
    try:
        text = render_xml(collection.template, context)
    except DocumentError as fault:
        return b"", [str(fault.params.get("detail") or fault.code)]
    content = text.strip().encode()
    return content, faults_of(content, collection.schema)


def _json(
    collection: Collection, rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]
) -> tuple[bytes, list[str]]:
    names = list(collection.spec.columns)
    document = {**about, "rows": [{n: row[n] for n in names if n in row} for row in rows]}
    validator = jsonschema_rs.validator_for(json.loads(collection.schema))
    found = [
        f"/{'/'.join(map(str, error.instance_path))}: {error.message}"
        for error, _ in zip(validator.iter_errors(document), range(MOST_FAULTS), strict=False)
    ]
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(), found


def _csv(collection: Collection, rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = collection.spec.columns
    out = io.StringIO()
    writer = csv.writer(out)
    for language in ("ja", "en"):
        labels = [
            pick(column.label, language)
            + (f" ({pick(column.unit, language)})" if column.unit else "")
            for column in columns.values()
        ]
        writer.writerow([harmless(label) for label in labels])
    writer.writerow(list(columns))
    for row in rows:
        writer.writerow([_cell(row.get(name), column.type) for name, column in columns.items()])
    return BOM + out.getvalue().encode()


def _cell(value: object, kind: str) -> str:
    if value is None:
        return ""
    return str(value) if kind in ("integer", "decimal", "date") else harmless(str(value))
