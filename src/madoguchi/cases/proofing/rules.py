"""Whether a card proves a representative (カードと登記の照合): pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.comparing import person_key
from madoguchi.registry.search.addresses import fold_address

AGREES, OTHER_NAME, NOT_REPRESENTATIVE = "agrees", "other_name", "not_representative"
NO_RECORD, CLOSED, OTHER_ACCOUNT = "no_record", "closed", "other_account"
REPRESENTED = "represented"
NAME_ONLY, BUSINESS_NAME = "name_only", "business_name"
_NOT_A_TRADE_NAME = re.compile(
    "会社|法人|組合|公団|公社|機構|銀行|省|庁|委員会|裁判所|警察|公安|税務署|法務局|労働局|経済産業局"
    "|役所|役場|[都道府県市区町村]$|[(](株|有|同|資|名|医|学|財|社)[)]|inc|corp|ltd|llc|company"
)
REPRESENTING = ("取締役", "理事", "理事長", "業務執行社員", "社員", "無限責任社員", "清算人")
"""Who represents where nobody has the title 代表 (会社法第349条・第599条、一般法人法第77条)."""
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
    """Who the registry says represents the organisation; `address` is "" where it holds none."""

    title: str
    name: str
    address: str = ""


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
    if not isinstance(name, str) or not person_key(name):
        return None
    return Proved(_line(name), _line(address) if isinstance(address, str) else "", birthdate)


def officers_of(record: Mapping[str, Any]) -> list[Officer]:
    """Who may represent an organisation by its record; without such a title, every director."""
    told = [
        Officer(*(str(officer.get(key) or "") for key in ("title", "name", "address")))
        for officer in record.get("officers") or ()
        if isinstance(officer, Mapping)
    ]
    chosen = [officer for officer in told if officer.title.startswith("代表")]
    return chosen or [officer for officer in told if officer.title in REPRESENTING]


def finding_on_corporation(
    proved: Proved, account_name: str, record: Mapping[str, Any] | None, *, demo: bool
) -> tuple[str, Officer | None]:
    """How a card compares with the registry's record of the corporation, and as whom it names them.

    A name alone proves nothing, for others have it too: the registered address must be the card's.
    A record that is invented proves nothing outside a demonstration.
    """
    if record is None or (record.get("simulated") and not demo):
        return NO_RECORD, None
    if record.get("status") != "active":
        return CLOSED, None
    named = [one for one in officers_of(record) if same_name(one.name, proved.name)]
    if not named:
        return NOT_REPRESENTATIVE, None
    officer = next((one for one in named if _same_address(one.address, proved.address)), None)
    if not same_name(proved.name, account_name):
        return OTHER_NAME, officer or named[0]
    return (AGREES, officer) if officer else (NAME_ONLY, named[0])


def finding_on_proprietor(proved: Proved, account_name: str) -> str:
    """Of a sole proprietor the card alone proves; it must be the card of who has the account."""
    return AGREES if same_name(proved.name, account_name) else OTHER_NAME


def sounds_official(name: str) -> bool:
    """Whether a trade name says what a sole proprietor is not: a company, a body, an authority
    (会社法第7条): an official looks at it.
    """
    return bool(_NOT_A_TRADE_NAME.search(unicodedata.normalize("NFKC", name).casefold()))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: width, spaces and old forms of characters (髙, 齋) do not matter."""
    return person_key(one) == person_key(other) != ""


def address_of(line: str) -> dict[str, str]:
    """An address in one line as an organisation keeps it: prefecture, and the rest as street."""
    prefecture = next((name for name in PREFECTURES if line.startswith(name)), "")
    rest = line.removeprefix(prefecture).strip()
    return {k: v for k, v in {"prefecture": prefecture, "street": rest}.items() if v}


def _same_address(one: str, other: str) -> bool:
    return fold_address(one) == fold_address(other) != ""


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST]
