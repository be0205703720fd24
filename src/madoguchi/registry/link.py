"""The registry information link (登記情報連携): what the commercial registry holds of a company.

The Ministry of Justice's interface is not published. `LookUp` is what Madoguchi needs of it; the
simulator below answers from a file of fictional companies and says so in every record.
"""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

_COMPANIES = Path(__file__).with_name("simulated_companies.toml")


@dataclass(frozen=True)
class Officer:
    """An officer (役員): title, name, reading, since when; the address of those who represent it."""

    title: str
    name: str
    kana: str
    since: date
    address: str = ""


@dataclass(frozen=True)
class RegistryRecord:
    """A record of the commercial registry (登記記録) as it stands now.

    `address` has postal_code, prefecture, city, street, building. `status` is active, closed or
    merged (then `successor` is the number of who took over). `under_change`: an application for
    registration is pending (登記事件中) and the record must not be relied on until it is done.
    `simulated`: the record is invented.
    """

    number: str
    name: str
    kana: str
    english_name: str
    address: dict[str, str]
    established_on: date
    purposes: tuple[str, ...]
    registry_office: str
    officers: tuple[Officer, ...]
    capital: int | None = None
    shares: int | None = None
    status: str = "active"
    closed_on: date | None = None
    close_reason: str | None = None
    successor: str | None = None
    under_change: bool = False
    simulated: bool = False

    @property
    def representatives(self) -> tuple[Officer, ...]:
        """Who may sign for it; of a company without a representative title, every officer."""
        chosen = tuple(officer for officer in self.officers if officer.title.startswith("代表"))
        return chosen or tuple(officer for officer in self.officers if "監" not in officer.title)

    @property
    def address_line(self) -> str:
        """The address in one line without postal code, as people write it."""
        line = "".join(self.address[part] for part in ("prefecture", "city", "street"))
        return f"{line} {self.address['building']}".rstrip()

    def as_corporation(self) -> dict[str, Any]:
        """The record as a value of the type `corporation` of the package format."""
        first = self.representatives[0] if self.representatives else None
        return {
            "number": self.number,
            "name": self.name,
            "kana": self.kana,
            "address": self.address_line,
            "representative_title": first.title if first else "",
            "representative_name": first.name if first else "",
        }

    def as_json(self) -> dict[str, Any]:
        """Every field in JSON types; dates as ISO texts."""
        return {key: _plain(value) for key, value in asdict(self).items()}


LookUp = Callable[[str], Awaitable[RegistryRecord | None]]


class LinkUnavailable(Exception):
    """The link does not answer: accept conditionally and ask again later (D18, fallback)."""


async def simulated_look_up(corporate_number: str) -> RegistryRecord | None:
    """A LookUp over the fictional companies shipped here."""
    return simulated_companies().get(corporate_number)


@lru_cache(maxsize=1)
def simulated_companies() -> Mapping[str, RegistryRecord]:
    """The fictional companies by corporate number."""
    tables = tomllib.loads(_COMPANIES.read_text(encoding="utf-8"))["company"]
    return {table["number"]: _record(table) for table in tables}


def _record(table: Mapping[str, Any]) -> RegistryRecord:
    officers = tuple(Officer(**officer) for officer in table["officers"])
    fields = {**table, "purposes": tuple(table["purposes"]), "officers": officers}
    return RegistryRecord(**fields, simulated=True)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
