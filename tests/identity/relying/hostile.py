"""A provider that says whatever a test wants: right by default, hostile where it is changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.identity.relying.knowing import Fetched
from tests.identity.provider.world import _base64
from tests.web.app import NOW

ISSUER = "https://id.ministry.example"
CLIENT = "madoguchi"
KEY = ECKey.generate_key("P-256", private=True, parameters={"kid": "k1"})
FOREIGN = ECKey.generate_key("P-256", private=True, parameters={"kid": "k1"})
SECONDS = int(NOW.timestamp())


@dataclass
class Hostile:
    """Answers as `fetch`; keeps what it was asked. What is changed is changed in its attributes."""

    issuer: str = ISSUER
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: KEY)
    signature: str | None = None
    nonce: str = ""
    at: int = SECONDS
    asked: list[tuple[str, str, Mapping[str, str], dict[str, str]]] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "authorization_response_iss_parameter_supported": True,
            **({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo else {}),
            **self.metadata,
        }

    def id_token(self) -> str:
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s-1", "iat": self.at, "exp": self.at + 300,
            "nonce": self.nonce, "auth_time": self.at, "acr": "high", "amr": ["hwk"], "sid": "sid-1",
            **self.claims,
        }  # fmt: skip
        return self.signed({"typ": "JWT", **self.header}, claims)

    def logout_token(self, **changes: Any) -> str:
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s-1", "sid": "sid-1", "iat": self.at,
            "exp": self.at + 120, "jti": "j-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }  # fmt: skip
        return self.signed({"typ": "logout+jwt", **self.header}, claims)

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        given = {key: value for key, value in claims.items() if value is not None}
        whole = {"alg": "ES256", "kid": "k1", **header}
        token = jwt.encode({**whole, "alg": "ES256"}, given, self.key)
        if self.signature is None:
            return token

        return f"{_base64(json.dumps(whole).encode())}.{token.split('.')[1]}.{self.signature}"

    async def fetch(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes
    ) -> Fetched:
        self.asked.append((method, address, headers, dict(parse_qsl(body.decode()))))
        answers: dict[str, Any] = {
            "/.well-known/openid-configuration": self.document,
            "/jwks": {"keys": [self.key.as_dict(private=False)]},
            "/token": {"id_token": self.id_token(), "access_token": "at", "token_type": "Bearer"},
            "/userinfo": self.userinfo,
        }
        found = answers.get(urlsplit(address).path)
        return Fetched(200 if found is not None else 404, json.dumps(found).encode())
