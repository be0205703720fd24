"""Deadlines as a calendar others can subscribe to (iCalendar, RFC 5545), by a secret address."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from madoguchi.kernel.language import pick

_KEY = b"obligations calendar"
LONGEST_LINE = 73  # octets of a line before it is folded (RFC 5545 section 3.1)


def token_of(secret: str, person: str, organisation: str) -> str:
    """What proves that an address of the calendar was made here for this person."""
    message = f"{person}:{organisation}".encode()
    key = hmac.new(secret.encode(), _KEY, hashlib.sha256).digest()
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:40]


def calendar(lines: Iterable[Mapping[str, Any]], language: str, at: datetime, site: str) -> str:
    """The calendar of these duties: whole days, nothing but titles, periods and dates."""
    name = {"ja": "提出するもの(窓口)", "en": "What is due (Madoguchi)"}
    parts = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Madoguchi//obligations//JA",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_escaped(pick(name, language))}",
    ]
    for line in lines:
        parts += _event(line, language, at, site)
    return "".join(_folded([*parts, "END:VCALENDAR"]))


def _event(line: Mapping[str, Any], language: str, at: datetime, site: str) -> list[str]:
    day = line["due_on"]
    title = f"{pick(line['title'], language)} {pick(line['period'], language)}"
    return [
        "BEGIN:VEVENT",
        f"UID:{line['id']}@madoguchi",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"URL:{site}/obligations",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        rest = line
        while len(rest.encode()) > LONGEST_LINE:
            cut = len(rest.encode()[:LONGEST_LINE].decode(errors="ignore"))
            yield f"{rest[:cut]}\r\n"
            rest = f" {rest[cut:]}"
        yield f"{rest}\r\n"
