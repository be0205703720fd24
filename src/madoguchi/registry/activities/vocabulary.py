"""Rows of gBizINFO's files in the vocabulary edition (法人活動情報語彙対応版)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from madoguchi.registry.activities import columns as c
from madoguchi.registry.activities.figures import figures_of, whole_in
from madoguchi.registry.activities.kinds import FINANCE, PATENT, PROCUREMENT, WORKPLACE
from madoguchi.registry.activities.published import Published, key_of, number_in

REST = "columns"  # in `data`: the columns no field of the interface holds

# Which file it is shows by a column only that file has; the others say it by their name.
_TELLING = {
    "補助金-交付決定日": "subsidy",
    "特許-分類1-表記": "patent",
    "財務情報-回次": "finance",
    "職場情報-企業規模": "workplace",
}


def kind_by(header: Iterable[str]) -> str | None:
    """The kind of a file by its columns; None where they are those of several."""
    return next((_TELLING[name] for name in header if name in _TELLING), None)


def read_row(kind: str, row: Mapping[str, str]) -> Published:
    """An activity from {column: text}. BadRow for a row without a proper number."""
    number = number_in(row.get(c.NUMBER))
    given = {name: text for name, text in row.items() if text}
    data, read = _data(kind, given)
    # The key is the publisher's own: another system's files and addresses name the row by it.
    rest = {name: text for name, text in given.items() if name not in read}
    if rest:
        data[REST] = rest
    names = {**c.DETAILS, **(c.WORKPLACE_DETAILS if kind == WORKPLACE else {})}
    details: dict[str, Any] = {
        field: given[column] for field, column in names.items() if column in given
    }
    if codes := given.get("業種コード"):
        details["industry"] = [code for code in codes.replace("、", ",").split(",") if code]
    details |= figures_of(kind, data)
    return Published(
        kind=kind,
        number=number,
        key=key_of(number, given.get(c.KEY, "").strip('\ufeff"'), kind, *row.values()),
        title=given.get(c.TITLE, ""),
        day=given.get(c.DAY) or given.get("補助金-交付決定日") or given.get(c.DOCUMENT_DAY, ""),
        amount=given.get(c.AMOUNT, ""),
        department=given.get(c.DEPARTMENT, ""),
        target="\n".join(_holders(data)) if kind == FINANCE else given.get(c.TARGET, ""),
        updated=given.get(c.UPDATED, ""),
        data=data,
        details=details,
    )


def _data(kind: str, given: Mapping[str, str]) -> tuple[dict[str, Any], set[str]]:
    """The fields of the section, and the columns they hold word for word."""
    if kind == FINANCE:
        return _finance(given)
    if kind == WORKPLACE:
        groups: dict[str, Any] = {}
        for (group, name), column in c.WORKPLACE.items():
            if column in given:
                groups.setdefault(group, {})[name] = given[column]
        return groups, {c.NUMBER, *c.WORKPLACE.values()}
    names = c.FIELDS[kind]
    data: dict[str, Any] = {field: given.get(column) for field, column in names.items()}
    read = {c.NUMBER, *names.values()}
    if kind == PROCUREMENT:
        data["amount"] = whole_in(given.get(c.AMOUNT, ""))
        if str(data["amount"]) != given.get(c.AMOUNT):
            read.discard(c.AMOUNT)
    if kind == PATENT:
        data["classifications"] = [{"日本語": given[name]} for name in c.CLASSES if name in given]
        data["url"] = None
        read |= set(c.CLASSES) if c.CLASSES[0] in given else set()
    return data, read


def _finance(given: Mapping[str, str]) -> tuple[dict[str, Any], set[str]]:
    """One document: its shareholders, and the figures of one period.

    Figures the interface gives as whole numbers stay as they were written among the columns too.
    """
    holders = []
    for place in c.SHAREHOLDERS:
        _, name, ratio = c.shareholder(place)
        if name in given:
            holders.append(
                {"name_major_shareholders": given[name], "shareholding_ratio": given.get(ratio)}
            )
    period: dict[str, Any] = {"period": given.get(c.PERIOD)}
    for field, (column, unit) in c.FINANCE.items():
        period[field] = whole_in(given.get(column, ""))
        period[f"{field}_unit_ref"] = given.get(unit)
    data = {
        "accounting_standards": given.get(c.STANDARDS),
        "fiscal_year_cover_page": given.get(c.FISCAL_YEAR),
        "major_shareholders": holders,
        "management_index": [period],
    }
    return data, {c.NUMBER, c.PERIOD, c.FISCAL_YEAR}


def _holders(data: Mapping[str, Any]) -> Iterator[str]:
    for holder in data.get("major_shareholders") or []:
        yield str(holder.get("name_major_shareholders") or "")
