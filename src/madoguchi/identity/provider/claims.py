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
    claims: dict[str, Any] = {"sub": person.id}
    if PROFILE in scopes:
        claims |= {"name": person.name, "locale": person.language}
    if EMAIL in scopes and person.email:
        claims["email"] = person.email
    if ORGANISATION in scopes and organisation:
        claims["organisation"] = {
            "id": organisation.id,
            "name": organisation.name,
            "corporate_number": organisation.corporate_number,
            "relation": "member" if subject.role else "agent",
            "role": subject.role,
        }
    return claims
