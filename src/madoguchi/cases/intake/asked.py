"""What a program asks at the door (提出の要求): read from the request, or left to the ordinary way."""

import re
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from madoguchi.cases.api.body import strict_json
from madoguchi.cases.api.schemas import FilingIn
from madoguchi.cases.errors import CaseError
from madoguchi.identity.service import bearer_of
from madoguchi.web.idempotency import read_key, request_digest

_PATH = re.compile(r"/api/v1/procedures/([a-z0-9-]{1,64})/filings")


@dataclass(frozen=True, slots=True)
class Asked:
    """A filing sent by a program: whose token, which key, what, and when it reached the edge.

    `request` names the content of the request, for the key.
    """

    token: str
    key: str
    request: str
    procedure_id: str
    filing: FilingIn
    at: datetime


def procedure_in(path: str) -> str | None:
    """The procedure that is filed by posting to a path."""
    match = _PATH.fullmatch(path)
    return match.group(1) if match else None


def read_request(
    path: str, query: bytes, headers: dict[str, str], body: bytes, at: datetime
) -> Asked | None:
    """The filing a POST asks for, None when it is not plainly one (`headers` in lower case)."""
    procedure_id = procedure_in(path)
    token = bearer_of(headers.get("authorization", ""))
    key = read_key(headers.get("idempotency-key", ""))
    if procedure_id is None or token is None or key is None:
        return None
    try:
        filing = FilingIn.model_validate(strict_json(body))
    except (CaseError, ValidationError):
        return None
    if filing.catalogue_id is not None:
        return None
    request = request_digest("POST", path, query, body)
    return Asked(token, key, request, procedure_id, filing, at)
