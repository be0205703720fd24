"""Entering (ログインの完了): from what is proved to a session, always a new one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from madoguchi.identity.account.browsers import known_browser, remember
from madoguchi.identity.account.interrupted import KEPT
from madoguchi.identity.account.models import Account
from madoguchi.identity.account.proving import Means
from madoguchi.identity.assurance import ACR_2, ACRS, acr_of, reaches
from madoguchi.identity.device import device_of
from madoguchi.identity.models import Person, SignIn
from madoguchi.identity.service.actors import acting_choices
from madoguchi.identity.service.sign_in import (
    ACTING_FOR,
    SIGN_IN,
    continue_session,
    start_sign_in,
    start_web_session,
)
from madoguchi.kernel.clock import jst_date
from madoguchi.web.session import flash

RETURN = "return"
THEN, SECOND_FACTOR = "then", "/account/second-factor"


def means_of(request: Request) -> Means:
    """What proving needs, of a request."""
    state = request.app.state
    return Means(
        database=state.database,
        now=state.clock(),
        key=state.settings.secret_key,
        site=state.settings.address,
        language=getattr(request.state, "language", "ja"),
        breached=getattr(state.settings, "breached_passwords", None),
        browser=known_browser(request),
    )


async def strengthen(request: Request, session: AsyncSession, *ways: str) -> None:
    """Go on with what has just been proved besides, in a session made anew (ASVS 7.2.4).

    Nothing happens where it was proved before. The caller commits.
    """
    state, web = request.app.state, request.state.session
    earlier = await session.get(SignIn, web.get(SIGN_IN, ""))
    if earlier is None or set(ways) <= set(earlier.amr):
        return
    amr = [*earlier.amr, *(way for way in ways if way not in earlier.amr)]
    made = await start_sign_in(
        session,
        state.clock,
        await session.get_one(Person, earlier.person_id),
        method=earlier.method,
        amr=amr,
        device=earlier.device,
        acr=max(earlier.acr, acr_of(amr), key=ACRS.index) if earlier.acr in ACRS else None,
    )
    await continue_session(session, state.clock, earlier.id, made)
    web[SIGN_IN] = made.id


async def enter(
    request: Request,
    session: AsyncSession,
    person: Person,
    amr: Sequence[str],
    method: str,
    *,
    acr: str | None = None,
    at: datetime | None = None,
) -> str:
    """Sign a person in who proved who they are; the path to go on to. The caller commits.

    Nothing of the earlier session stays but for whom the same person acted, so a session id or a
    proof fixed by somebody else is worth nothing. Who acts for an organisation but came with one
    factor is led to add another first. `acr` and `at`: what another provider proved.
    """
    state, web = request.app.state, request.state.session
    device = device_of(request.headers.get("user-agent", ""))
    sign_in = await start_sign_in(
        session, state.clock, person, method=method, amr=amr, device=device, acr=acr, at=at
    )
    earlier = web.get(SIGN_IN)
    same = await session.get(SignIn, earlier) if isinstance(earlier, str) else None
    going_on = same is not None and same.person_id == person.id
    stays = {key: web[key] for key in (ACTING_FOR, KEPT) if going_on and web.get(key) is not None}
    if isinstance(earlier, str):
        await continue_session(session, state.clock, earlier, sign_in)
    account = await session.get(Account, person.id)
    if account is not None:
        remember(request, account.address)
    if account is not None and reaches(sign_in.acr, ACR_2):
        account.reset_at = (
            None  # whoever has the means needs no reset: one asked for was not theirs
        )
    target = web.get(RETURN) if isinstance(web.get(RETURN), str) else "/"
    today = jst_date(state.clock())
    confined = (
        account is not None
        and not reaches(sign_in.acr, ACR_2)
        and bool(await acting_choices(session, person.id, today))
    )
    start_web_session(web, sign_in)
    web.update(stays)
    flash(request, state.texts.text("account.sign_in.done"))
    if not confined or target.startswith("/account/security"):
        return str(target)
    web[THEN] = target
    return SECOND_FACTOR
