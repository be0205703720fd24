"""Collecting filings (取りまとめ): lines, rows, contradictions, and what changed since. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from madoguchi.kernel.canonical import canonical_json
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.filed import typed_filing
from madoguchi.procedures.package.collected import Collection
from madoguchi.procedures.package.scope import Environment, names

Row = dict[str, Any]
_LARGEST = 10**18


@dataclass(frozen=True)
class Filing:
    """One accepted filing: its typed answers (null where not answered), and `filing` of rules."""

    values: Mapping[str, object]
    about: Mapping[str, object]


def filing_of(
    fields: Mapping[str, Field], data: Mapping[str, object], about: Mapping[str, object]
) -> Filing:
    """A filing from what was stored, with the types its own version gave the answers."""
    return Filing({**dict.fromkeys(fields), **typed_filing(fields, data)}, about)


@dataclass(frozen=True)
class Contradiction:
    """A row of which something does not hold that must (矛盾)."""

    check: str
    message: Text
    severity: str
    row: Row


@dataclass(frozen=True)
class Change:
    """What is different from the edition before: a row added, removed, or changed in `columns`."""

    kind: str
    row: Row
    before: Row
    columns: tuple[str, ...]


def lines_of(collection: Collection, filings: Iterable[Filing], today: date) -> list[Row]:
    """A line for each filing, or for each row of its table, that the collection takes in."""
    engine = names(Environment(today, today))
    lines: list[Row] = []
    for filing in filings:
        values = filing.values
        context = {**engine, **values, "filing": filing.about}
        for source in collection.sources:
            if source.procedure != filing.about["procedure"]:
                continue
            for row in _rows(values, source.rows):
                inner = {**context, **row}
                if source.when is None or source.when(inner) is True:
                    line = {name: rule(inner) for name, rule in source.line.items()}
                    lines.append({**line, "filing": filing.about["arrival_number"]})
    return lines


def rows_of(collection: Collection, lines: Sequence[Row], today: date) -> list[Row]:
    """What comes out: the lines themselves, or a row of totals for each group, in order."""
    spec = collection.spec
    if not spec.group and not spec.totals:
        return [{name: line.get(name) for name in spec.columns} for line in lines]
    engine = names(Environment(today, today))
    rows = []
    for keys, members in _groups(spec.group, lines):
        lists = lists_of(collection, members)
        totals = {name: rule({**engine, **lists}) for name, rule in collection.totals.items()}
        rows.append({**keys, **totals})
    return rows


def contradictions(
    collection: Collection, lines: Sequence[Row], rows: Sequence[Row], today: date
) -> list[Contradiction]:
    """The checks that do not hold, row by row; one that cannot be told (null) holds."""
    spec = collection.spec
    if not collection.checks:
        return []
    engine = names(Environment(today, today))
    grouped = dict(
        zip(
            (_key(spec.group, row) for row in rows),
            (members for _, members in _groups(spec.group, lines)),
            strict=False,
        )
    )
    found = []
    for row in rows:
        members = grouped.get(_key(spec.group, row), ()) if spec.group or spec.totals else (row,)
        context = {**engine, **lists_of(collection, members), **row}
        for name, must in collection.checks.items():
            if must(context) is False:
                check = spec.checks[name]
                found.append(Contradiction(name, dict(check.message), check.severity, row))
    return found


def lists_of(collection: Collection, lines: Sequence[Row]) -> dict[str, list[object]]:
    """What totals see: of every name of a line the list of what was told, nothing left out null."""
    told = {name for source in collection.sources for name in source.line}
    return {
        name: [value for line in lines if (value := line.get(name)) is not None] for name in told
    }


def problems(collection: Collection, rows: Sequence[Row]) -> list[Text]:
    """Values that do not have the type of their column, or are missing where they are required."""
    found: list[Text] = []
    for number, row in enumerate(rows, 1):
        for name, column in collection.spec.columns.items():
            value = row.get(name)
            if value is None and not column.required:
                continue
            if value is None or not _fits(column.type, value):
                label = column.label
                found.append(
                    {
                        "ja": f"{number}行目「{label.get('ja', name)}」に正しい値がありません。",
                        "en": f"Row {number}, “{label.get('en', name)}”: no proper value.",
                    }
                )
    return found


def as_json(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rows as they are kept: decimals and days as text, null left out."""
    return [
        {name: _plain(value) for name, value in row.items() if value is not None} for row in rows
    ]


def changes(keys: Sequence[str], before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """What is different between two editions, as kept. Without keys rows are told by content."""

    def named(rows: Sequence[Row]) -> dict[bytes, Row]:
        return {canonical_json([row.get(k) for k in keys] if keys else row): row for row in rows}

    old, new = named(before), named(after)
    found = [Change("removed", {}, old[key], ()) for key in old if key not in new]
    for key, row in new.items():
        if key not in old:
            found.append(Change("added", row, {}, ()))
        elif old[key] != row:
            names = sorted(old[key].keys() | row.keys())
            differ = tuple(name for name in names if old[key].get(name) != row.get(name))
            found.append(Change("changed", row, old[key], differ))
    return found


def _rows(values: Mapping[str, object], table: str | None) -> Sequence[Mapping[str, Any]]:
    if table is None:
        return ({},)
    found = values.get(table)
    return found if isinstance(found, list) else ()


def _groups(keys: Sequence[str], lines: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    found: dict[bytes, tuple[Row, list[Row]]] = {}
    for line in lines:
        named = {name: line.get(name) for name in keys}
        found.setdefault(_key(keys, line), (named, []))[1].append(line)
    if not keys and not found:
        return [({}, [])]
    return sorted(found.values(), key=lambda group: [_order(group[0][name]) for name in keys])


def _key(keys: Sequence[str], row: Mapping[str, Any]) -> bytes:
    return canonical_json([_plain(row.get(name)) for name in keys])


def _order(value: object) -> tuple[int, Decimal, str]:
    if isinstance(value, Decimal) and value.is_finite():
        return 0, value, ""
    return (1, Decimal(0), "" if value is None else str(_plain(value)))


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        whole = value == value.to_integral_value() and abs(value) < _LARGEST
        return int(value) if whole else f"{value.normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if value is None or isinstance(value, str | bool | int) else str(value)


def _fits(kind: str, value: object) -> bool:
    number = isinstance(value, Decimal) and value.is_finite()
    match kind:
        case "integer":
            return number and value == int(value)  # type: ignore[call-overload]
        case "decimal":
            return number
        case "date":
            return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, str) and bool(value.strip())
