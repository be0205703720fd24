"""A corporation in the words of schema.org (JSON-LD), for search engines: pure."""

import json
from typing import Any

from markupsafe import Markup

from madoguchi.registry.corporations.record import Record


def json_ld(record: Record, address: str) -> Markup:
    """The record as schema.org's Organization, safe within a script element; `address`: this page's."""
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address,
        "url": address,
        "name": record.name,
        "alternateName": [name for name in (record.english_name, record.kana) if name],
        "identifier": {
            "@type": "PropertyValue",
            "propertyID": "corporateNumber",
            "value": record.number,
        },
        "address": _address(record),
        "dissolutionDate": record.closed_on.isoformat() if record.closed_on else None,
    }
    text = json.dumps({name: value for name, value in known.items() if value}, ensure_ascii=False)
    # Nothing in it can end the element it stands in.
    for mark, written in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, written)
    return Markup(text)  # noqa: S704 - JSON without the characters of markup


def _address(record: Record) -> Any:
    if record.abroad or not record.prefecture:
        return record.address
    return {
        "@type": "PostalAddress",
        "addressCountry": "JP",
        "postalCode": record.postal_code or None,
        "addressRegion": record.prefecture,
        "addressLocality": record.city,
        "streetAddress": record.street,
    }
