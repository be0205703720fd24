"""What a program may send (受け取る形): JSON, one JSON a line, or a file. Nothing here touches rows."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from madoguchi.cases.api.body import schema_of, strict_json
from madoguchi.cases.bulk.entries import MOST_FILINGS, Entry, folded
from madoguchi.cases.bulk.schemas import BulkIn, RowIn
from madoguchi.cases.errors import CaseError, case_error

LINES = "application/x-ndjson"
FORM = "multipart/form-data"
_FILE_SCHEMA = {
    "type": "object",
    "required": ["file", "procedure_id"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "XLSX, CSV or ZIP, 20 MB"},
        "procedure_id": {"type": "string", "maxLength": 64},
    },
}
_LINES_SCHEMA = {
    "type": "string",
    "description": "One JSON object a line: key, client, data, attached; ?procedure_id= names "
    "the procedure.",
}


def body_schema() -> dict[str, object]:
    """`openapi_extra` that documents the three ways."""
    body: dict[str, dict[str, dict[str, object]]] = schema_of(BulkIn)
    # Rows are described within, so that nothing outside this operation is referred to.
    schema = BulkIn.model_json_schema()
    rows = schema.pop("$defs")["RowIn"]
    schema["properties"]["filings"]["items"] = rows
    content = {
        "application/json": {"schema": schema},
        LINES: {"schema": _LINES_SCHEMA},
        FORM: {"schema": _FILE_SCHEMA},
    }
    body["requestBody"]["content"] = content  # type: ignore[assignment]
    return dict(body)


def kind_of(request: Request) -> str:
    """The media type of a request, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def entries_of(rows: list[RowIn]) -> list[Entry]:
    """The filings as rows of a file are kept. CaseError 422: a reference twice."""
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        name = folded(row.key)
        if name and name in seen:
            raise case_error(
                "key_twice",
                422,
                "整理番号「{key}」が{first}件目と{second}件目にあります。",
                "The key “{key}” stands in filings {first} and {second}.",
                {"key": row.key[:40], "first": seen[name], "second": number},
            )
        seen[name] = number
    return [row.entry(number) for number, row in enumerate(rows, 1)]


async def lines_of(request: Request) -> list[RowIn]:
    """The rows of a body with one JSON object a line. CaseError 400; 422 with the line."""
    rows: list[RowIn] = []
    for number, line in enumerate((await request.body()).split(b"\n"), 1):
        if not line.strip():
            continue
        if len(rows) >= MOST_FILINGS:
            raise case_error(
                "wrong_number_of_filings",
                422,
                "1回に送れるのは1~{limit}件です。",
                "Send 1 to {limit} filings at a time.",
                {"limit": f"{MOST_FILINGS:,}"},
            )
        try:
            rows.append(RowIn.model_validate(strict_json(line)))
        except ValidationError as fault:
            errors = [{**item, "loc": ("body", number, *item["loc"])} for item in fault.errors()]
            raise RequestValidationError(errors) from fault
        except CaseError as fault:
            raise case_error(
                fault.code,
                fault.status,
                f"{number}行目: {fault.message['ja']}",
                f"Line {number}: {fault.message['en']}",
                fault.params,
            ) from fault
    return rows
