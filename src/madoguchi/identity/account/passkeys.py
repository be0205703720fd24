"""Passkeys (パスキー): registration and assertion ceremonies of WebAuthn Level 3, by py_webauthn.

The challenge is kept in the browser's signed session; `limits.once` makes it good a single time.
"""

import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from madoguchi.identity.account.models import Passkey
from madoguchi.kernel.ids import new_id

LARGEST = 20_000


def new_challenge() -> str:
    """256 random bits, base64url."""
    return bytes_to_base64url(secrets.token_bytes(32))


def registration_options(
    site: str, challenge: str, person_id: str, address: str, name: str, known: Sequence[Passkey]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON: a discoverable key whose device asks its user."""
    options = webauthn.generate_registration_options(
        rp_id=_host(site),
        rp_name="Madoguchi",
        user_id=person_id.encode(),
        user_name=address,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in known
        ],
    )
    return _json(options)


def assertion_options(site: str, challenge: str) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON: any passkey of this site; nobody's are named."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(site),
        challenge=base64url_to_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _json(options)


def registered(site: str, challenge: str, answer: str) -> Passkey | None:
    """The passkey a device made, without owner, label and time; None when the answer is not right."""
    if len(answer) > LARGEST:
        return None
    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(site),
            expected_origin=site,
            require_user_verification=True,
        )
    except Exception:  # hostile CBOR and JSON end in errors of many kinds, all mean: not right
        return None
    credential, key = (
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
    )
    if len(credential) > 1400 or len(key) > 4000:
        return None
    return Passkey(
        id=new_id(),
        credential=credential,
        public_key=key,
        sign_count=min(found.sign_count, 2**62),
        synced=found.credential_backed_up,
    )


def credential_of(answer: str) -> str | None:
    """The id of the credential an assertion says it is of."""
    if len(answer) > LARGEST:
        return None
    try:
        found = json.loads(answer)
        credential = found["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return credential if isinstance(credential, str) and 0 < len(credential) <= 1400 else None


def asserted(site: str, challenge: str, answer: str, passkey: Passkey) -> int | None:
    """The new signature count when the passkey signed the challenge for this site; else None.

    A count that does not rise is refused (WebAuthn 6.1.1): the key may have been copied.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_host(site),
            expected_origin=site,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        handle = json.loads(answer)["response"].get("userHandle")
        owner = base64url_to_bytes(handle).decode() if handle else passkey.person_id
    except Exception:  # see registered
        return None
    return min(found.new_sign_count, 2**62) if owner == passkey.person_id else None


def _host(site: str) -> str:
    return urlsplit(site).hostname or ""


def _json(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found
