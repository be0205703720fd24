"""What the pages show, as plain data for the templates. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from madoguchi.kernel.language import Text
from madoguchi.procedures.catalogue import asking, rules
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.search import FACETS, Query
from madoguchi.procedures.catalogue.terms import listed, term, terms_of

LAW_SEARCH = "https://laws.e-gov.go.jp/result"
CODED = ("kind", "online", "structured")
"""Facets whose values are words of the program, translated in texts.toml."""


def facets(query: Query, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The filters: name, options [{value, label, count}], chosen values, whether to open it.

    `label` is None for coded values, which the template translates.
    """
    shown = []
    for facet in FACETS:
        chosen = list(query.filters.get(facet, ()))
        values = dict(counts.get(facet, {}))
        for value in chosen:
            values.setdefault(value, 0)
        if values:
            shown.append(
                {
                    "name": facet,
                    "chosen": chosen,
                    "options": [
                        {"value": value, "label": _label(facet, value), "count": count}
                        for value, count in values.items()
                    ],
                }
            )
    return shown


def chosen(query: Query) -> list[dict[str, Any]]:
    """The filters in force, each with the address that takes it away."""
    return [
        {
            "facet": facet,
            "value": value,
            "label": _label(facet, value),
            "href": asking.address_of(asking.without(query, facet, value)),
        }
        for facet, values in query.filters.items()
        for value in values
    ]


def browse(counts: Mapping[str, Mapping[str, int]], carried: str = "") -> list[dict[str, Any]]:
    """Ways in: by ministry, by event of a person and of a corporation, by profession.

    `carried`: the number of a corporation that goes along.
    """
    ways = (
        ("ministry", "ministry", "ministries"),
        ("personal", "event", "personal_events"),
        ("corporate", "event", "corporate_events"),
        ("profession", "profession", "professions"),
    )
    return [
        _way(name, facet, counts.get(facet, {}), terms_of(order), carried)
        for name, facet, order in ways
    ]


def _way(
    name: str, facet: str, counts: Mapping[str, int], order: Sequence[str], carried: str
) -> dict[str, Any]:
    return {
        "name": name,
        "choices": [
            {
                "text": term(value),
                "count": counts[value],
                "href": asking.address_of(Query("", {facet: [value]}, carried)),
            }
            for value in order
            if counts.get(value)
        ],
    }


def entry(row: CatalogueEntry) -> dict[str, Any]:
    """The page of a surveyed procedure: texts in both languages, lists, numbers."""
    personal, corporate = rules.events(row.personal_events, row.corporate_events)
    identity = [
        rules.label(each) for each in rules.items(_other(row, "申請等における本人確認手法"))
    ]
    return {
        "id": row.id,
        "name": rules.one_line(row.name),
        "kind": row.kind,
        "act": rules.act(row.procedure_type),
        "ministry": term(row.ministry),
        "implementing": [term(each) for each in rules.items(row.implementing)],
        "law": rules.one_line(row.law),
        "law_number": (row.law_number or "").strip("- "),
        "article": rules.one_line(row.article or ""),
        "law_href": f"{LAW_SEARCH}?{urlencode({'allDocument': 0, 'searchTextBox': row.law})}",
        "same_law_href": asking.address_of(Query("", {"law": [row.law]})),
        "filer": term(rules.label(row.filer)),
        "receiver": term(rules.label(row.receiver)),
        "through": listed(rules.label(each) for each in rules.items(row.through)),
        "bodies": row.independent_bodies or "",
        "offices": [term(rules.office_name(each)) for each in rules.items(row.offices)],
        "information": [term(each) for each in rules.items(row.information)],
        "attachments": [
            term(each) for each in rules.items(row.attachments) if each != "添付書類なし"
        ],
        "no_attachments": row.attachments is not None and "添付書類なし" in row.attachments,
        "identity": listed(identity),
        "fee": rules.has_fee(row.fee),
        "fee_methods": [term(rules.label(each)) for each in rules.items(row.fee_methods)],
        "cheaper_online": rules.code(_other(row, "手数料等のオンライン納付時の優遇措置")) == "1",
        "period_online": _period(row.period_online),
        "period_paper": _period(row.period_paper),
        "online": rules.online_state(row.online_state),
        "online_from": rules.label(_other(row, "オンライン化実施時期")),
        "filing_systems": rules.items(row.filing_systems),
        "office_systems": rules.items(row.office_systems),
        "yearly": row.yearly,
        "yearly_online": row.yearly_online,
        "yearly_paper": row.yearly_paper,
        "online_rate": f"{row.online_rate // 100}.{row.online_rate % 100:02d}",
        "events": [
            {"text": term(each), "href": asking.address_of(Query("", {"event": [each]}))}
            for each in personal + corporate
        ],
        "professions": [term(each) for each in rules.professions(row.professions)],
        "is_sample": row.source == "sample",
    }


def _period(cell: str | None) -> Text | str | None:
    return rules.period_text(cell) or rules.period(cell)


def _other(row: CatalogueEntry, column: str) -> str | None:
    value = row.survey.get(column)
    return value if isinstance(value, str) else None


def _label(facet: str, value: str) -> Text | None:
    return None if facet in CODED else term(value)
