"""What a client learns of a person (クレーム), by scope, and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from madoguchi.identity.models import Organisation, Person
from madoguchi.identity.provider.profiles import EMAIL, ORGANISATION, PROFILE


@dataclass(frozen=True)
class Subject:
    """Whom the claims are about: a person and, when they act for one, an organisation.

    `role` is their membership's; None for an agent by mandate.
    """

    person: Person
    organisation: Organisation | None = None
    role: str | None = None


def standard_claims(subject: Subject, scopes: Collection[str]) -> dict[str, Any]:
    """The claims of the standard profile (OpenID Connect Core 5.1); unknown ones are left out."""
    person, organisation = subject.person, subject.organisation
    claims = person_claims(person.id, person.name, person.language, person.email, scopes)
    if ORGANISATION in scopes and organisation:
        claims["organisation"] = {
            "id": organisation.id,
            "name": organisation.name,
            "corporate_number": organisation.corporate_number,
            "relation": "member" if subject.role else "agent",
            "role": subject.role,
        }
    return claims


def person_claims(
    id: str, name: str, language: str, email: str | None, scopes: Collection[str]
) -> dict[str, Any]:
    """Those of them that are about the person alone."""
    claims: dict[str, Any] = {"sub": id}
    if PROFILE in scopes:
        claims |= {"name": name, "locale": language}
    if EMAIL in scopes and email:
        claims["email"] = email
    return claims
