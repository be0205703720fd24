"""Whether a card proves a representative (カードと登記の照合): pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.comparing import name_key

AGREES, OTHER_NAME, NOT_REPRESENTATIVE = "agrees", "other_name", "not_representative"
NO_RECORD, CLOSED, OTHER_ACCOUNT = "no_record", "closed", "other_account"
REPRESENTED = "represented"
LONGEST = 300


@dataclass(frozen=True)
class Proved:
    """What a card proved: name and address as it has them, birthdate as ISO date ("" unknown)."""

    name: str
    address: str
    birthdate: str

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return {"name": self.name, "address": self.address, "birthdate": self.birthdate}


@dataclass(frozen=True)
class Officer:
    """Who the registry says represents the organisation."""

    title: str
    name: str


def proved_of(claims: Mapping[str, Any]) -> Proved | None:
    """Name, address and birthdate of a provider's claims (OpenID Connect Core 5.1); None without
    a name.
    """
    name, address, born = claims.get("name"), claims.get("address"), claims.get("birthdate")
    if isinstance(address, Mapping):
        address = address.get("formatted")
    try:
        birthdate = parse_date(born).isoformat() if isinstance(born, str) and born else ""
    except JapaneseInputError:
        birthdate = ""
    if not isinstance(name, str) or not name_key(name):
        return None
    return Proved(_line(name), _line(address) if isinstance(address, str) else "", birthdate)


def officers_of(record: Mapping[str, Any]) -> list[Officer]:
    """Who may represent an organisation by its record; without such a title, every director."""
    told = [
        Officer(str(officer.get("title") or ""), str(officer.get("name") or ""))
        for officer in record.get("officers") or ()
        if isinstance(officer, Mapping)
    ]
    chosen = [officer for officer in told if officer.title.startswith("代表")]
    return chosen or [officer for officer in told if "監" not in officer.title]


def finding_on_corporation(
    proved: Proved, account_name: str, record: Mapping[str, Any] | None, *, demo: bool
) -> tuple[str, Officer | None]:
    """How a card compares with the registry's record of the corporation, and as whom it names them.

    A record that is invented proves nothing outside a demonstration.
    """
    if record is None or (record.get("simulated") and not demo):
        return NO_RECORD, None
    if record.get("status") != "active":
        return CLOSED, None
    officer = _named(officers_of(record), proved.name)
    if officer is None:
        return NOT_REPRESENTATIVE, None
    return (AGREES if same_name(proved.name, account_name) else OTHER_NAME), officer


def finding_on_proprietor(proved: Proved, account_name: str) -> str:
    """Of a sole proprietor the card alone proves; it must be the card of who has the account."""
    return AGREES if same_name(proved.name, account_name) else OTHER_NAME


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: width, spaces and old forms of characters (髙, 齋) do not matter."""
    return name_key(one) == name_key(other) != ""


def address_of(line: str) -> dict[str, str]:
    """An address in one line as an organisation keeps it: prefecture, and the rest as street."""
    prefecture = next((name for name in PREFECTURES if line.startswith(name)), "")
    rest = line.removeprefix(prefecture).strip()
    return {k: v for k, v in {"prefecture": prefecture, "street": rest}.items() if v}


def _named(officers: Sequence[Officer], name: str) -> Officer | None:
    return next((officer for officer in officers if same_name(officer.name, name)), None)


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST]
