"""The fields of userinfo by scope, as pure functions of what is known of an account.

Every field of a scope is there; what we do not hold is an empty string. Of `verified_claims`, which
vouches, what we do not hold is left out instead.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.identity.account.representing import DOCUMENT, procedure_of
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.models import Organisation, Person, Verification
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.japanese.prefectures import prefecture_code

ENTRY, PRIME, MEMBER = "1", "2", "3"
CORPORATION, SOLE_PROPRIETOR = "1", "2"
REPRESENTATIVE = "representative"
PERMISSIONS = {REPRESENTATIVE: "jp_gbizid_prime", "administrator": "jp_gbizid_administrator"}


@dataclass(frozen=True)
class Delegation:
    """An agent's sign-in (代理人ログイン): the mandate, who gave it, and for which procedures it holds
    in the hands of this agent (none: every one).
    """

    mandate: Mandate
    principal: Organisation
    procedures: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Account:
    """An account as GbizID has them: the person, their own organisation, their standing in it.

    `number` is the account's, `parent` that of the prime a member belongs to; `verification` how a
    prime was proved (primes of before it was kept have none).
    """

    number: str
    client_id: str
    person: Person
    organisation: Organisation | None = None
    role: str | None = None
    parent: str | None = None
    delegation: Delegation | None = None
    verification: Verification | None = None
    branches: tuple[str, ...] = ()
    lapsed: bool = False
    """The proof nobody renewed (失効): we vouch for nothing any more, and the profile has a word for it."""

    @property
    def kind(self) -> str:
        """ENTRY, PRIME (a representative) or MEMBER."""
        if self.organisation is None:
            return ENTRY
        return PRIME if self.role == REPRESENTATIVE else MEMBER

    @property
    def corp_type(self) -> str:
        """CORPORATION, or SOLE_PROPRIETOR for whom no corporate number is known."""
        known = self.organisation and self.organisation.corporate_number
        return CORPORATION if known else SOLE_PROPRIETOR


def userinfo(account: Account, scopes: Collection[str]) -> dict[str, Any]:
    """The answer of userinfo for the granted scopes."""
    told: dict[str, Any] = {"sub": account.number}
    for scope, fields in FIELDS.items():
        if scope in scopes:
            told |= fields(account)
    return told


def profile(account: Account) -> dict[str, Any]:
    """Scope `profile`: the business and its representative."""
    organisation = account.organisation
    address = _address(organisation)
    last, first = _names(organisation.representative_name if organisation else "")
    told: dict[str, Any] = {
        "account_type": account.kind,
        "corp_type": account.corp_type,
        "corporate_number": (organisation.corporate_number or "") if organisation else "",
        "name": organisation.name if organisation else "",
        "en_name": organisation.name_en if organisation else "",
        "prefecture_name": prefecture_code(address.get("prefecture", "")),
        "address1": address.get("city", ""),
        "address2": address.get("street", ""),
        "rep_last_nm": last,
        "rep_first_nm": first,
        "rep_last_nm_kana": "",
        "rep_first_nm_kana": "",
    }
    if account.kind == MEMBER:
        told["parent_id"] = account.parent or ""
    if account.kind != ENTRY:
        told["birthday_ymd"] = ""
    return told


def user(account: Account) -> dict[str, Any]:
    """Scope `user`: the person who acts."""
    address = _address(account.organisation)
    last, first = _names(account.person.name)
    last_kana, first_kana = _names(account.person.kana)
    return {
        "user_last_nm": last,
        "user_first_nm": first,
        "user_last_nm_kana": last_kana,
        "user_first_nm_kana": first_kana,
        "user_post_code": address.get("postal_code", "").replace("-", ""),
        "user_prefecture_name": prefecture_code(address.get("prefecture", "")),
        "user_address1": address.get("city", ""),
        "user_address2": address.get("street", ""),
        "user_address3": address.get("building", ""),
        "user_department": account.person.title,
        "user_tel_no_contact": "",
        "user_birthday_ymd": "",
    }


def mandate(account: Account) -> dict[str, Any]:
    """Scope `mandate`: the services the account may use; we know of the one that asks."""
    return {"mandate_info": [{"client_id": account.client_id}]}


def email(account: Account) -> dict[str, Any]:
    """Scope `email`; `user_email` is deprecated and the same."""
    return {"email": account.person.email or "", "user_email": account.person.email or ""}


def verified_claims(account: Account) -> dict[str, Any]:
    """Scope `jp_gbizid_v1_ida` (OpenID Connect for Identity Assurance)."""
    if account.kind == ENTRY or account.organisation is None or account.lapsed:
        return _verified("ial1", None, None, {})
    organisation, registered = account.organisation, account.organisation.created_at
    if account.kind == MEMBER:
        authority = _authority(organisation, "member")
        return _verified("ial2", registered, "jp_gbizid_member", authority)
    proof = account.verification
    told = proof.claims if proof else {}
    last, first = _names(told.get("name") or account.person.name)
    named = {"family_name": last, "given_name": first}
    if told.get("birthdate"):
        named["birthdate"] = told["birthdate"]
    at = proof.at if proof else registered
    procedure = procedure_of(proof.route if proof else DOCUMENT, organisation.corporate_number)
    if account.corp_type == CORPORATION:
        return _verified("ial2", at, procedure, {**named, **_authority(organisation, "prime")})
    place = {
        "street_address": _address(organisation).get("street", ""),
        "street_address_part1": _address(organisation).get("building", ""),
        "locality": _address(organisation).get("city", ""),
        "region": _address(organisation).get("prefecture", ""),
        "postal_code": _address(organisation).get("postal_code", ""),
    }
    known = {name: value for name, value in place.items() if value}
    return _verified("ial2", at, procedure, {**named, "address": {**known, "country": "JP"}})


def role(account: Account) -> dict[str, Any]:
    """Scope `role`: where in the organisation, with which permission."""
    if account.organisation is None:
        return {"role": {}}
    permission = PERMISSIONS.get(account.role or "", "jp_gbizid_member")
    names = (account.organisation.name, *account.branches)
    levels = [{"level": level, "branch_name": name} for level, name in enumerate(names, 1)]
    return {"role": {"applies_to": {"levels": levels}, "permission": [{"role": permission}]}}


def delegation_info(account: Account) -> dict[str, Any]:
    """Scope `delegation_info`: {} unless signed in as an agent, else its 31 fields."""
    if account.delegation is None:
        return {"delegation_info": {}}
    given, business = account.delegation.mandate, account.delegation.principal
    address, (last, first) = _address(business), _names(business.representative_name)
    empty = dict.fromkeys(
        "last_nm_kana first_nm_kana birthday user_last_nm user_first_nm user_last_nm_kana "
        "user_first_nm_kana user_post_cd user_address_pref user_address_city user_address_number "
        "user_address_bldg user_department user_tel_no_contact user_email note".split(),
        "",
    )
    return {
        "delegation_info": {
            **empty,
            "delegation_no": given.id,
            "system_cd": account.client_id,
            "delegation_start": _day(given.valid_from),
            "delegation_end": _day(given.valid_to),
            "category_info": [
                {"category_cd": procedure, "category_nm": procedure, "active_flg": "1"}
                for procedure in sorted(account.delegation.procedures)
            ],
            "meti_id": 0,
            "business_type": "法人" if business.corporate_number else "個人事業主",
            "corp_no": business.corporate_number or "",
            "firm_nm": business.name,
            "firm_nm_en": business.name_en,
            "address_pref": address.get("prefecture", ""),
            "address_city": address.get("city", ""),
            "address_number": address.get("street", ""),
            "last_nm": last,
            "first_nm": first,
        }
    }


FIELDS: Mapping[str, Callable[[Account], dict[str, Any]]] = {
    "profile": profile,
    "user": user,
    "mandate": mandate,
    "email": email,
    "jp_gbizid_v1_ida": verified_claims,
    "role": role,
    "delegation_info": delegation_info,
}


def _verified(
    level: str, at: datetime | None, procedure: str | None, claims: dict[str, Any]
) -> dict[str, Any]:
    verification: dict[str, Any] = {"trust_framework": "jp_gbizid_v1", "assurance_level": level}
    if at is not None:
        verification["time"] = f"{as_jst(at):%Y-%m-%dT%H:%M}+09:00"
    if procedure is not None:
        verification["assurance_process"] = {"procedure": procedure}
    return {"verified_claims": {"verification": verification, "claims": claims}}


def _authority(organisation: Organisation, permission: str) -> dict[str, Any]:
    number = organisation.corporate_number
    applies = {"applies_to": {"registration_number": number}} if number else {}
    return {"authority": {**applies, "permission": [{"role": permission}]}}


def _address(organisation: Organisation | None) -> dict[str, str]:
    return {k: str(v) for k, v in (organisation.address if organisation else {}).items() if v}


def _names(whole: str) -> tuple[str, str]:
    """Family name and given name, of a name written with a space between them."""
    last, _, first = whole.replace("\u3000", " ").partition(" ")
    return last, first.strip()


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""
