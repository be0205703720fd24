"""Webhooks for their owners: register an endpoint, change it, see and repeat what was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.reproof.binding import binding
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import JapaneseInputError, normalise_line, parse_corporate_number
from madoguchi.kernel.jobs import enqueue
from madoguchi.settings import Settings
from madoguchi.web.outgoing import networks, url_fault
from madoguchi.webhooks import rules
from madoguchi.webhooks.delivering import FLUSH_JOB, KEPT, add_delivery
from madoguchi.webhooks.errors import webhook_error
from madoguchi.webhooks.events import CORPORATION_CHANGED, EVENTS, TEST
from madoguchi.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

MOST_ENDPOINTS = 20
LONGEST_LABEL = 100
MOST_WATCHED = 1_000


@dataclass(frozen=True)
class Wish:
    """What an endpoint is to be: `events` [] for all but corporation.changed; `agency` when it is an
    agency's; `corporations` of which that event tells, [] for every one.
    """

    label: str
    url: str
    events: Sequence[str]
    agency: str | None = None
    corporations: Sequence[str] = ()


def own_organisation(actor: Actor) -> str | None:
    """The organisation whose endpoints the actor may look after: its own, never a principal's.

    An endpoint is told of everything: who sees single procedures or a branch only has none.
    """
    return None if actor.limits or actor.branches is not None else actor.own


def own_agencies(actor: Actor) -> frozenset[str]:
    """The agencies whose endpoints the actor may look after."""
    return agencies_where(actor, "manager") | agencies_where(actor, "administrator")


async def register(
    session: AsyncSession, actor: Actor, clock: Clock, settings: Settings, wish: Wish
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is given here and after a rotation only.

    WebhookError 403 for who has neither organisation nor agency, 422 for the wish, 409 beyond
    MOST_ENDPOINTS; IdentityError 403 (proof_needed). The caller commits.
    """
    organisation, agency = _owner(actor, wish.agency)
    binding(actor, organisation)
    label, events, corporations = _checked(wish, settings)
    mine = (
        WebhookEndpoint.agency_id == agency
        if agency
        else WebhookEndpoint.organisation_id == organisation
    )
    count = await session.scalar(select(func.count()).select_from(WebhookEndpoint).where(mine))
    if (count or 0) >= MOST_ENDPOINTS:
        raise webhook_error("webhook_too_many")
    endpoint = WebhookEndpoint(
        id=new_id(),
        organisation_id=organisation,
        agency_id=agency,
        label=label,
        url=wish.url,
        events=events,
        corporations=corporations,
        corporations_since=clock() if CORPORATION_CHANGED in events else None,
        state="active",
        secret_serial=1,
        sequence=0,
        failures=0,
        created_by=actor.id,
        created_at=clock(),
    )
    session.add(endpoint)
    await session.flush()
    await _journal(session, endpoint, "registered", actor, clock(), {"url": wish.url})
    return endpoint, rules.secret_of(settings.secret_key, endpoint.id, 1)


async def change(
    session: AsyncSession, actor: Actor, clock: Clock, settings: Settings, id: str, wish: Wish
) -> WebhookEndpoint:
    """Another label, address or choice of events; the owner stays. IdentityError 403 (proof_needed),
    WebhookError 404, 422.
    """
    endpoint = await endpoint_for(session, actor, id, lock=True)
    binding(actor, endpoint.organisation_id)
    label, events, corporations = _checked(wish, settings)
    endpoint.label, endpoint.url, endpoint.events = label, wish.url, events
    endpoint.corporations = corporations
    if CORPORATION_CHANGED not in events:
        endpoint.corporations_since = endpoint.corporations_place = None
    elif endpoint.corporations_since is None:
        endpoint.corporations_since = clock()
    await _journal(session, endpoint, "changed", actor, clock(), {"url": wish.url})
    return endpoint


async def rotate(
    session: AsyncSession, actor: Actor, clock: Clock, settings: Settings, id: str
) -> tuple[WebhookEndpoint, str]:
    """A new secret; for 24 hours both the old and the new one sign. WebhookError 404."""
    endpoint = await endpoint_for(session, actor, id, lock=True)
    endpoint.secret_serial += 1
    endpoint.old_secret_until = clock() + rules.OVERLAP
    await _journal(session, endpoint, "secret_rotated", actor, clock(), {})
    return endpoint, rules.secret_of(settings.secret_key, endpoint.id, endpoint.secret_serial)


async def enable(session: AsyncSession, actor: Actor, clock: Clock, id: str) -> WebhookEndpoint:
    """Tell the endpoint again, first what waited meanwhile. WebhookError 404."""
    endpoint = await endpoint_for(session, actor, id, lock=True)
    if endpoint.state == "active" and endpoint.open_until is None:
        return endpoint
    if endpoint.reason == "left":  # whoever takes it over answers for it
        endpoint.created_by = actor.id
    endpoint.state, endpoint.reason, endpoint.open_until = "active", None, None
    endpoint.failures, endpoint.failing_since = 0, None
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == id, WebhookDelivery.state == "pending")
        .values(round_from=clock(), attempts=0),
        execution_options={"synchronize_session": False},
    )
    await _journal(session, endpoint, "enabled", actor, clock(), {})
    await enqueue(session, FLUSH_JOB, {"endpoint": id})
    return endpoint


async def disable(session: AsyncSession, actor: Actor, clock: Clock, id: str) -> WebhookEndpoint:
    """Tell the endpoint nothing until it is enabled; what happens meanwhile is kept 30 days."""
    endpoint = await endpoint_for(session, actor, id, lock=True)
    if endpoint.state == "active":
        endpoint.state, endpoint.reason, endpoint.open_until = "disabled", "owner", None
        await _journal(session, endpoint, "disabled", actor, clock(), {"reason": "owner"})
    return endpoint


async def remove(session: AsyncSession, actor: Actor, clock: Clock, id: str) -> None:
    """Delete an endpoint and its log. WebhookError 404. The journal keeps that it was."""
    endpoint = await endpoint_for(session, actor, id, lock=True)
    await _journal(session, endpoint, "removed", actor, clock(), {"url": endpoint.url})
    deliveries = select(WebhookDelivery.id).where(WebhookDelivery.endpoint_id == id)
    for statement in (
        delete(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(deliveries)),
        delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == id),
        delete(WebhookEndpoint).where(WebhookEndpoint.id == id),
    ):
        await session.execute(statement, execution_options={"synchronize_session": False})


async def ping(
    session: AsyncSession, actor: Actor, clock: Clock, settings: Settings, id: str
) -> WebhookDelivery:
    """Send a test event. WebhookError 404, 409 for a disabled endpoint."""
    endpoint = await endpoint_for(session, actor, id, lock=True)
    if endpoint.state != "active":
        raise webhook_error("webhook_disabled")
    event: dict[str, Any] = {
        "id": new_id(),
        "type": TEST,
        "time": clock().isoformat().replace("+00:00", "Z"),
        "subject": f"/api/v1/webhooks/{id}",
        "data": {"webhook_id": id},
    }
    return await add_delivery(session, endpoint, event, settings, clock())


async def replay(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, delivery_id: str
) -> WebhookDelivery:
    """Send one event again, under the same webhook-id. WebhookError 404, 409."""
    delivery = await delivery_for(session, actor, id, delivery_id)
    await _again(session, actor, clock, id, WebhookDelivery.id == delivery.id)
    await session.refresh(delivery)
    return delivery


async def replay_since(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, since: datetime
) -> int:
    """Send every event since that moment again, also those delivered; how many.

    WebhookError 404, 409, 422 for a moment to come or more than 30 days ago.
    """
    if not clock() - KEPT <= since <= clock():
        raise webhook_error("webhook_since")
    return await _again(session, actor, clock, id, WebhookDelivery.created_at >= since)


async def endpoints_of(session: AsyncSession, actor: Actor) -> list[WebhookEndpoint]:
    """The endpoints the actor looks after, oldest first."""
    query = select(WebhookEndpoint).where(_mine(actor)).order_by(WebhookEndpoint.id)
    return list(await session.scalars(query))


async def endpoint_for(
    session: AsyncSession, actor: Actor, id: str, *, lock: bool = False
) -> WebhookEndpoint:
    """One endpoint of the actor's. WebhookError 404 for anybody else's."""
    if not is_id(id):
        raise webhook_error("webhook_not_found")
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == id, _mine(actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(query)
    if found is None:
        raise webhook_error("webhook_not_found")
    return found


async def deliveries_of(
    session: AsyncSession,
    actor: Actor,
    id: str,
    *,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[WebhookDelivery]:
    """The deliveries of an endpoint, newest first; `before`: the order number seen last."""
    await endpoint_for(session, actor, id)
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == id)
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    if before is not None:
        query = query.where(WebhookDelivery.sequence < before)
    return list(await session.scalars(query.order_by(WebhookDelivery.sequence.desc()).limit(limit)))


async def delivery_for(
    session: AsyncSession, actor: Actor, id: str, delivery_id: str
) -> WebhookDelivery:
    """One delivery of an endpoint of the actor's. WebhookError 404."""
    await endpoint_for(session, actor, id)
    found = await session.get(WebhookDelivery, delivery_id) if is_id(delivery_id) else None
    if found is None or found.endpoint_id != id:
        raise webhook_error("webhook_not_found")
    return found


async def attempts_of(session: AsyncSession, delivery_id: str) -> list[WebhookAttempt]:
    """The latest 50 attempts of a delivery, newest first; the caller may see the delivery."""
    query = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery_id)
    return list(await session.scalars(query.order_by(WebhookAttempt.id.desc()).limit(50)))


async def _again(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, which: ColumnElement[bool]
) -> int:
    endpoint = await endpoint_for(session, actor, id, lock=True)
    if endpoint.state != "active":
        raise webhook_error("webhook_disabled")
    done = await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == id, which)
        .values(state="pending", attempts=0, round_from=clock(), next_at=clock())
        .returning(WebhookDelivery.id),
        execution_options={"synchronize_session": False},
    )
    count = len(done.all())
    if count:
        await _journal(session, endpoint, "replayed", actor, clock(), {"count": count})
        if endpoint.open_until is None:
            await enqueue(session, FLUSH_JOB, {"endpoint": id})
    return count


def _mine(actor: Actor) -> ColumnElement[bool]:
    return or_(
        WebhookEndpoint.organisation_id == (own_organisation(actor) or ""),
        WebhookEndpoint.agency_id.in_(sorted(own_agencies(actor))),
    )


def _owner(actor: Actor, agency: str | None) -> tuple[str | None, str | None]:
    organisation, agencies = own_organisation(actor), own_agencies(actor)
    if agency:
        if agency not in agencies:
            raise webhook_error("webhook_agency")
        return None, agency
    if organisation is None:
        raise webhook_error("webhook_agency" if agencies else "webhook_no_owner")
    return organisation, None


def _checked(wish: Wish, settings: Settings) -> tuple[str, list[str], list[str]]:
    label = normalise_line(wish.label)
    if not 1 <= len(label) <= LONGEST_LABEL:
        raise webhook_error("webhook_label")
    fault = url_fault(wish.url, networks(settings.webhook_networks))
    if fault is not None:
        raise webhook_error(f"webhook_url_{fault}")
    if not set(wish.events) <= set(EVENTS):
        raise webhook_error("webhook_events")
    events = [type for type in EVENTS if type in wish.events]
    corporations = _numbers(wish.corporations)
    if corporations and CORPORATION_CHANGED not in events:
        raise webhook_error("webhook_corporations_unchosen")
    return label, events, corporations


def _numbers(typed: Sequence[str]) -> list[str]:
    """Corporate numbers in order, each once."""
    numbers = set()
    for text in typed:
        try:
            numbers.add(parse_corporate_number(text))
        except JapaneseInputError as fault:
            raise webhook_error("webhook_corporations", number=text[:30]) from fault
    if len(numbers) > MOST_WATCHED:
        raise webhook_error("webhook_corporations_many", most=MOST_WATCHED)
    return sorted(numbers)


async def _journal(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    action: str,
    actor: Actor,
    at: datetime,
    payload: dict[str, Any],
) -> None:
    await journal.append(
        session,
        subject=f"webhook:{endpoint.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=endpoint.organisation_id,
        at=at,
        payload=payload,
    )
