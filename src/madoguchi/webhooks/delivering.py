"""Delivering events (配信): to whom, in which order, how often; one endpoint apart from the others.

While the circuit of an endpoint is open there is one job for it, however much waits.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.service import covers
from madoguchi.identity.service.members import agents_of, overseers_among
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import Handler, JobContext, enqueue
from madoguchi.settings import Settings
from madoguchi.web.outgoing import Answer, Networks, networks, send
from madoguchi.webhooks import rules
from madoguchi.webhooks.events import FAN_OUT_JOB
from madoguchi.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

DELIVER_JOB, TRIAL_JOB, FLUSH_JOB = "webhooks.deliver", "webhooks.trial", "webhooks.flush"
FORGET_JOB, TELL_JOB = "webhooks.forget", "messages.tell"
KEPT = timedelta(days=30)
FLUSHED_AT_ONCE = 500
SYSTEM = "system"


def handlers(settings: Settings) -> dict[str, Handler]:
    """Job name → handler. Sending waits for other people's machines: give it workers of its own."""
    allowed = networks(settings.webhook_networks)

    async def deliver(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """{delivery}: one attempt, unless it has been delivered or its endpoint rests."""
        async with context.database.reading() as reading:
            delivery = await reading.get(WebhookDelivery, str(payload["delivery"]))
            endpoint = (
                await reading.get(WebhookEndpoint, delivery.endpoint_id) if delivery else None
            )
        if delivery is None or endpoint is None or delivery.state != "pending":
            return
        if endpoint.state != "active" or endpoint.open_until is not None:
            return  # whoever wakes the endpoint flushes what waits
        if delivery.next_at is not None and delivery.next_at > context.clock():
            return  # tried meanwhile; the next attempt has a job of its own
        answer = await _attempt(settings, allowed, endpoint, delivery, context.clock())
        await _note(session, endpoint, delivery, answer, context.clock())

    async def trial(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """{endpoint}: is an endpoint whose circuit is open there again? An event that waits tells."""
        async with context.database.reading() as reading:
            endpoint = await reading.get(WebhookEndpoint, str(payload["endpoint"]))
            waiting = await _least_tried(reading, str(payload["endpoint"]))
        if endpoint is None or endpoint.state != "active" or endpoint.open_until is None:
            return
        if waiting is None:
            await _close_circuit(session, endpoint.id)
            return
        answer = await _attempt(settings, allowed, endpoint, waiting, context.clock())
        await _note(session, endpoint, waiting, answer, context.clock(), trying=True)

    return {
        FAN_OUT_JOB: lambda session, payload, context: fan_out(session, payload, context, settings),
        DELIVER_JOB: deliver,
        TRIAL_JOB: trial,
        FLUSH_JOB: flush,
        FORGET_JOB: forget,
    }


async def fan_out(
    session: AsyncSession, payload: dict[str, Any], context: JobContext, settings: Settings
) -> None:
    """{event, organisation, agency, procedure}: a delivery for each endpoint that may know of it."""
    at, event = context.clock(), payload["event"]
    organisation, agency = payload["organisation"], payload["agency"]
    agents: dict[str, frozenset[str] | None] = {}
    if organisation is not None:
        agents = await agents_of(session, organisation, payload["procedure"], jst_date(at))
    ours = [] if organisation is None else [organisation, *sorted(agents)]
    query = select(WebhookEndpoint).where(
        or_(WebhookEndpoint.organisation_id.in_(ours), WebhookEndpoint.agency_id.is_not(None))
    )
    for found in (await session.scalars(query.order_by(WebhookEndpoint.id))).all():
        named = agents.get(found.organisation_id or "")
        ours_too = found.organisation_id == organisation
        if named is not None and not ours_too and found.created_by not in named:
            continue  # the firm lets others of it act for this client
        elsewhere = found.agency_id is not None and not covers(found.agency_id, agency or "")
        if elsewhere or (found.events and event["type"] not in found.events):
            continue
        endpoint = await locked(session, found.id)
        if endpoint is None or await has_left(session, endpoint, at):
            continue
        await add_delivery(session, endpoint, event, settings, at)


async def has_left(session: AsyncSession, endpoint: WebhookEndpoint, at: datetime) -> bool:
    """Whether who answers for an organisation's endpoint sees all of it no longer: it stops, and
    nothing that happens from now on is kept for it.
    """
    organisation, person = endpoint.organisation_id, endpoint.created_by
    if organisation is None or await overseers_among(session, organisation, [person]):
        return False
    if endpoint.state == "active":
        await _disable(session, endpoint, "left", at)
    return True


async def locked(session: AsyncSession, endpoint_id: str) -> WebhookEndpoint | None:
    """The endpoint as it stands, for changing it."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    found: WebhookEndpoint | None = await session.scalar(
        query.execution_options(populate_existing=True)
    )
    return found


async def add_delivery(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    event: dict[str, Any],
    settings: Settings,
    at: datetime,
) -> WebhookDelivery:
    """The next delivery of a locked endpoint, and the job that sends it."""
    endpoint.sequence += 1
    delivery = WebhookDelivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        event_id=event["id"],
        type=event["type"],
        sequence=endpoint.sequence,
        event={
            "specversion": "1.0",
            "id": event["id"],
            "type": event["type"],
            "source": settings.address,
            "subject": event["subject"],
            "time": event["time"],
            "sequence": str(endpoint.sequence),
            "data": event["data"],
        },
        state="pending",
        attempts=0,
        created_at=at,
        round_from=at,
        next_at=at,
    )
    session.add(delivery)
    await session.flush()
    if endpoint.state == "active" and endpoint.open_until is None:
        await enqueue(session, DELIVER_JOB, {"delivery": delivery.id})
    return delivery


async def flush(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """{endpoint, after}: send all that waits at an endpoint, some at a time."""
    endpoint_id, after = str(payload["endpoint"]), int(payload.get("after", 0))
    waiting = await session.scalars(
        select(WebhookDelivery)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.sequence > after,
        )
        .order_by(WebhookDelivery.sequence)
        .limit(FLUSHED_AT_ONCE)
    )
    last, count = after, 0
    for delivery in waiting:
        delivery.next_at = context.clock()
        await enqueue(session, DELIVER_JOB, {"delivery": delivery.id})
        last, count = delivery.sequence, count + 1
    if count == FLUSHED_AT_ONCE:
        await enqueue(session, FLUSH_JOB, {"endpoint": endpoint_id, "after": last})


async def forget(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The daily job: deliveries older than 30 days go; it enqueues itself for the next day."""
    now = context.clock()
    old = WebhookDelivery.created_at < now - KEPT
    await session.execute(
        delete(WebhookAttempt).where(
            WebhookAttempt.delivery_id.in_(select(WebhookDelivery.id).where(old))
        ),
        execution_options={"synchronize_session": False},
    )
    await session.execute(
        delete(WebhookDelivery).where(old), execution_options={"synchronize_session": False}
    )
    await forget_daily(session, now + timedelta(days=1))


async def forget_daily(session: AsyncSession, at: datetime) -> None:
    """Have the daily job run at that moment, once a day; also at the start of the program."""
    await enqueue(session, FORGET_JOB, {}, key=jst_date(at).isoformat(), run_at=at)


async def _attempt(
    settings: Settings,
    allowed: Networks,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    at: datetime,
) -> Answer:
    body = json.dumps(delivery.event, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(at.timestamp())
    serials = [endpoint.secret_serial]
    if endpoint.old_secret_until is not None and at < endpoint.old_secret_until:
        serials.append(endpoint.secret_serial - 1)
    signatures = [
        rules.signature(
            rules.secret_of(settings.secret_key, endpoint.id, serial),
            delivery.event_id,
            timestamp,
            body,
        )
        for serial in serials
    ]
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Madoguchi-Webhooks/1",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
    return await send(endpoint.url, body, headers, allowed)


async def _note(
    session: AsyncSession,
    asked: WebhookEndpoint,
    tried: WebhookDelivery,
    answer: Answer,
    at: datetime,
    *,
    trying: bool = False,
) -> None:
    """What one attempt means for the delivery and for the endpoint."""
    endpoint = await locked(session, asked.id)
    delivery = await session.get(WebhookDelivery, tried.id, populate_existing=True)
    if endpoint is None or delivery is None:
        return
    session.add(
        WebhookAttempt(
            id=new_id(),
            delivery_id=delivery.id,
            at=at,
            status=answer.status,
            fault=answer.fault,
            milliseconds=answer.milliseconds,
            answer=answer.body,
        )
    )
    if answer.taken:
        delivery.state, delivery.delivered_at, delivery.next_at = "delivered", at, None
        delivery.attempts += 1
        endpoint.failures, endpoint.failing_since = 0, None
        if endpoint.open_until is not None:
            await _close_circuit(session, endpoint.id)
        return
    if delivery.state != "pending" or delivery.attempts != tried.attempts:
        return  # another attempt was quicker
    delivery.attempts += 1
    delivery.next_at = rules.next_attempt(delivery.id, delivery.attempts, delivery.round_from, at)
    if delivery.next_at is None:
        delivery.state = "failed"
    await _failed(session, endpoint, delivery, answer, at, trying=trying)


async def _failed(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    answer: Answer,
    at: datetime,
    *,
    trying: bool,
) -> None:
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    if endpoint.state != "active":
        return
    if answer.status == 410:  # Gone: its owner wants no more (Standard Webhooks)
        await _disable(session, endpoint, "gone", at)
    elif at - endpoint.failing_since >= (rules.KEEP_TRYING if delivery.next_at else rules.SILENT):
        await _disable(session, endpoint, "failing", at)
    elif trying or (endpoint.failures >= rules.OPENS_AFTER and endpoint.open_until is None):
        endpoint.open_until = at + rules.rest_after(endpoint.failures)
        await enqueue(session, TRIAL_JOB, {"endpoint": endpoint.id}, run_at=endpoint.open_until)
    elif endpoint.open_until is None and delivery.next_at is not None:
        await enqueue(session, DELIVER_JOB, {"delivery": delivery.id}, run_at=delivery.next_at)


async def _disable(
    session: AsyncSession, endpoint: WebhookEndpoint, reason: str, at: datetime
) -> None:
    endpoint.state, endpoint.reason, endpoint.open_until = "disabled", reason, None
    await journal.append(
        session,
        subject=f"webhook:{endpoint.id}",
        action="disabled",
        actor=SYSTEM,
        at=at,
        payload={"reason": reason},
    )
    person = None if endpoint.organisation_id else endpoint.created_by
    await enqueue(
        session,
        TELL_JOB,
        {
            "person": person,
            "organisation": endpoint.organisation_id,
            "subject": {"ja": "Webhookを停止しました", "en": "A webhook was disabled"},
            "body": _WHY[reason],
            "values": {"label": endpoint.label},
            "link": f"/webhooks/{endpoint.id}",
            "dedupe_key": f"webhook:{endpoint.id}:disabled:{at.isoformat()}",
        },
    )


_WHY = {
    "left": {
        "ja": "「{label}」を登録した人が、組織のすべての手続を見られる人ではなくなったため、通知を止めました。"
        "担当を引き継ぐ人が再開してください。",
        "en": "Whoever registered “{label}” does not see all of the organisation any more; it is told no "
        "more. Somebody who does can enable it again and answers for it from then on.",
    },
    "gone": {
        "ja": "「{label}」の通知先が「今後は不要」(410)と答えたため、通知を止めました。",
        "en": "The endpoint “{label}” answered that it is gone (410); it is told no more.",
    },
    "failing": {
        "ja": "「{label}」の通知先に届かない状態が続いたため、通知を止めました。再開すると、届かなかった分を送ります。",
        "en": "The endpoint “{label}” could not be reached for days and is told no more. "
        "Enable it again once it is mended; what it missed is then sent.",
    },
}


async def _least_tried(session: AsyncSession, endpoint_id: str) -> WebhookDelivery | None:
    """The event to try with: one that its receiver cannot digest must not hold up the others."""
    found: WebhookDelivery | None = await session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == "pending")
        .order_by(WebhookDelivery.attempts, WebhookDelivery.sequence)
        .limit(1)
    )
    return found


async def _close_circuit(session: AsyncSession, endpoint_id: str) -> None:
    await session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint_id)
        .values(open_until=None, failures=0, failing_since=None)
    )
    await enqueue(session, FLUSH_JOB, {"endpoint": endpoint_id})
