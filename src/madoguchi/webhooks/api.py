"""The webhooks API: endpoints, their deliveries, sending again."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from madoguchi.identity.service import Actor, required_actor
from madoguchi.kernel.clock import as_utc
from madoguchi.webhooks import service
from madoguchi.webhooks.errors import webhook_error
from madoguchi.webhooks.models import WebhookDelivery, WebhookEndpoint
from madoguchi.webhooks.schemas import (
    AttemptOut,
    DeliveryDetail,
    DeliveryOut,
    Replayed,
    ReplayIn,
    WebhookIn,
    WebhookMade,
    WebhookOut,
)
from madoguchi.webhooks.service import Wish

router = APIRouter(prefix="/api/v1", tags=["webhooks"])
Who = Annotated[Actor, Depends(required_actor)]


@router.get("/webhooks", summary="通知先の一覧 / List endpoints")
async def list_webhooks(request: Request, actor: Who) -> list[WebhookOut]:
    """The endpoints of one's organisation, and of the agencies one manages."""
    async with request.app.state.database.reading() as session:
        return [_out(endpoint) for endpoint in await service.endpoints_of(session, actor)]


@router.post("/webhooks", status_code=201, summary="通知先の登録 / Register an endpoint")
async def create_webhook(request: Request, actor: Who, asked: WebhookIn) -> WebhookMade:
    """A new endpoint; its secret is in this answer and never again."""
    state = request.app.state
    async with state.database.session() as session:
        endpoint, secret = await service.register(
            session, actor, state.clock, state.settings, _wish(asked)
        )
        await session.commit()
    return WebhookMade(**_out(endpoint).model_dump(), secret=secret)


@router.get("/webhooks/{webhook_id}", summary="通知先 / One endpoint")
async def get_webhook(request: Request, webhook_id: str, actor: Who) -> WebhookOut:
    """One endpoint. 404 for anybody else's."""
    async with request.app.state.database.reading() as session:
        return _out(await service.endpoint_for(session, actor, webhook_id))


@router.put("/webhooks/{webhook_id}", summary="通知先の変更 / Change an endpoint")
async def put_webhook(
    request: Request, webhook_id: str, actor: Who, asked: WebhookIn
) -> WebhookOut:
    """Another label, address or choice of events; the owner stays."""
    state = request.app.state
    async with state.database.session() as session:
        endpoint = await service.change(
            session, actor, state.clock, state.settings, webhook_id, _wish(asked)
        )
        await session.commit()
    return _out(endpoint)


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="通知先の削除 / Delete one")
async def delete_webhook(request: Request, webhook_id: str, actor: Who) -> Response:
    """Delete an endpoint with its log."""
    state = request.app.state
    async with state.database.session() as session:
        await service.remove(session, actor, state.clock, webhook_id)
        await session.commit()
    return Response(status_code=204)


@router.post("/webhooks/{webhook_id}/secret", summary="署名の鍵の更新 / Rotate the secret")
async def rotate_secret(request: Request, webhook_id: str, actor: Who) -> WebhookMade:
    """A new secret, in this answer only; for 24 hours the old one signs as well."""
    state = request.app.state
    async with state.database.session() as session:
        endpoint, secret = await service.rotate(
            session, actor, state.clock, state.settings, webhook_id
        )
        await session.commit()
    return WebhookMade(**_out(endpoint).model_dump(), secret=secret)


@router.post("/webhooks/{webhook_id}/actions/ping", status_code=202, summary="試験 / Test")
async def ping_webhook(request: Request, webhook_id: str, actor: Who) -> DeliveryOut:
    """Send the event webhook.test."""
    state = request.app.state
    async with state.database.session() as session:
        delivery = await service.ping(session, actor, state.clock, state.settings, webhook_id)
        await session.commit()
    return _delivery(delivery)


@router.post(
    "/webhooks/{webhook_id}/actions/replay", status_code=202, summary="まとめて再送 / Replay"
)
async def replay_webhook(
    request: Request, webhook_id: str, actor: Who, asked: ReplayIn
) -> Replayed:
    """Send every event since a moment again, under the same ids."""
    state = request.app.state
    if asked.since.tzinfo is None:
        raise webhook_error("webhook_since")
    async with state.database.session() as session:
        count = await service.replay_since(
            session, actor, state.clock, webhook_id, as_utc(asked.since)
        )
        await session.commit()
    return Replayed(count=count)


@router.post("/webhooks/{webhook_id}/actions/{change}", summary="停止・再開 / Disable or enable")
async def switch_webhook(
    request: Request, webhook_id: str, change: Literal["enable", "disable"], actor: Who
) -> WebhookOut:
    """Stop telling an endpoint, or begin again with what waited."""
    state = request.app.state
    switch = service.enable if change == "enable" else service.disable
    async with state.database.session() as session:
        endpoint = await switch(session, actor, state.clock, webhook_id)
        await session.commit()
    return _out(endpoint)


@router.get("/webhooks/{webhook_id}/deliveries", summary="配信の一覧 / List deliveries")
async def list_deliveries(
    request: Request,
    webhook_id: str,
    actor: Who,
    state: Literal["pending", "delivered", "failed"] | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[DeliveryOut]:
    """The deliveries of the last 30 days, newest first; `before`: the sequence seen last."""
    async with request.app.state.database.reading() as session:
        found = await service.deliveries_of(
            session, actor, webhook_id, state=state, before=before, limit=limit
        )
    return [_delivery(delivery) for delivery in found]


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}", summary="配信 / One delivery")
async def get_delivery(
    request: Request, webhook_id: str, delivery_id: str, actor: Who
) -> DeliveryDetail:
    """One delivery: what is sent, and what came back at each attempt."""
    async with request.app.state.database.reading() as session:
        delivery = await service.delivery_for(session, actor, webhook_id, delivery_id)
        attempts = await service.attempts_of(session, delivery.id)
    log = [AttemptOut.model_validate(attempt, from_attributes=True) for attempt in attempts]
    return DeliveryDetail(**_delivery(delivery).model_dump(), event=delivery.event, log=log)


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    summary="再送 / Replay one",
)
async def replay_delivery(
    request: Request, webhook_id: str, delivery_id: str, actor: Who
) -> DeliveryOut:
    """Send one event again, under the same id."""
    state = request.app.state
    async with state.database.session() as session:
        delivery = await service.replay(session, actor, state.clock, webhook_id, delivery_id)
        await session.commit()
    return _delivery(delivery)


def _wish(asked: WebhookIn) -> Wish:
    return Wish(asked.label, asked.url.strip(), asked.events, asked.agency, asked.corporations)


def _out(endpoint: WebhookEndpoint) -> WebhookOut:
    return WebhookOut.model_validate(endpoint, from_attributes=True)


def _delivery(delivery: WebhookDelivery) -> DeliveryOut:
    return DeliveryOut.model_validate(delivery, from_attributes=True)
