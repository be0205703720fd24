"""Going to another provider and coming back (行き来): one browser, one request, one answer.

The state is kept in the browser's session too: a code that came to another browser is worth
nothing here (login CSRF), and neither is one that was answered before.
"""

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from fastapi.responses import HTMLResponse
from starlette.requests import Request

from madoguchi.identity.relying.checking import Expected, SignedIn, code_of
from madoguchi.identity.relying.client import Asking, Relied, redeem, request_address
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.installed import knowledge_of
from madoguchi.identity.relying.models import ProviderRequest
from madoguchi.identity.relying.requests import begin, take
from madoguchi.kernel import journal

_LOG = logging.getLogger(__name__)
STATE = "relying"
MOST_PARAMETERS = 20
_NOBODYS = frozenset({"answer_in_another_browser", "answer_unreadable"})
_AWAY = frozenset({"timeout", "unreachable", "unknown_host", "too_large", "refused_address"})


@dataclass(frozen=True)
class Back:
    """Who came back: the request that was made, and what its answer proves."""

    request: ProviderRequest
    proved: SignedIn


async def send_away(
    request: Request,
    relied: Relied,
    back: str,
    purpose: str,
    *,
    person_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    max_age: int | None = None,
) -> HTMLResponse:
    """A page that leads on to the provider, which answers at the path `back`. ProviderFault.

    A page and no redirect: a form must not lead on to another site (CSP form-action).
    """
    state = request.app.state
    metadata = await knowledge_of(request).metadata(relied.issuer, state.clock())
    async with state.database.session() as session:
        mark = await begin(
            session,
            state.clock(),
            relied.id,
            purpose,
            person_id=person_id,
            data=data,
            max_age=max_age,
        )
        await session.commit()
    request.state.session[STATE] = mark
    asking = Asking(relied, f"{state.settings.address}{back}", mark, max_age)
    address = request_address(asking, metadata, state.settings.secret_key)
    page: HTMLResponse = state.pages.render(request, "relying/away.html", address=address)
    page.headers["Refresh"] = f"0; url={address}"
    return page


async def come_back(
    request: Request, relied: Relied, back: str, *, person_id: str | None = None
) -> Back:
    """What the answer in this request proves. ProviderFault for whatever does not hold.

    `person_id` is who is signed in: an answer to somebody else's request is none.
    """
    state = request.app.state
    answer = _answer(request)
    kept = request.state.session.get(STATE)
    given = answer.get("state", "")
    if not isinstance(kept, str) or not hmac.compare_digest(kept.encode(), given.encode()):
        raise ProviderFault("answer_in_another_browser")
    del request.state.session[STATE]
    async with state.database.session() as session:
        asked = await take(session, state.clock(), relied.id, given)
        await session.commit()
    if asked is None or asked.person_id not in (None, person_id):
        raise ProviderFault("no_request")
    knowledge, now = knowledge_of(request), state.clock()
    metadata = await knowledge.metadata(relied.issuer, now)
    code = code_of(
        answer, Expected(relied.issuer, relied.client_id), names_itself=metadata.names_itself
    )
    asking = Asking(relied, f"{state.settings.address}{back}", given, asked.max_age)
    return Back(asked, await redeem(knowledge, asking, code, state.settings.secret_key, now))


def failed(request: Request, fault: ProviderFault, again: str, other: str = "") -> HTMLResponse:
    """What the person is told: they stopped, it cannot be reached, or it could not be verified."""
    why, status = "refused", 400
    if fault.why == "access_denied":
        why, status = "denied", 200
    elif fault.why in ("not_linked", "no_official", "too_weak"):
        why, status = "not_linked" if fault.why == "no_official" else fault.why, 403
    elif fault.why in _AWAY or fault.why.startswith("answered_5"):
        why, status = "unavailable", 503
    page: HTMLResponse = request.app.state.pages.render(
        request, "relying/failed.html", status=status, why=why, again=again, other=other
    )
    return page


async def note_fault(request: Request, relied: Relied, fault: ProviderFault) -> None:
    """Write down why an answer was not believed; in the journal only what answers a request that
    this installation made, or anybody could fill it.
    """
    if fault.why in _NOBODYS:
        _LOG.warning("answer of provider %s refused: %s", relied.id, fault.why)
        return
    state = request.app.state
    async with state.database.session() as session:
        await journal.append(
            session,
            subject=f"provider:{relied.id}",
            action="answer_refused",
            actor="public",
            at=state.clock(),
            payload={"why": fault.why},
        )
        await session.commit()


def _answer(request: Request) -> dict[str, str]:
    """The parameters of the answer; none may be there twice."""
    query = request.scope["query_string"].decode("latin-1")
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="replace", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        raise ProviderFault("answer_unreadable") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise ProviderFault("answer_unreadable")
    return dict(pairs)
