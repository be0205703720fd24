"""The events in the OpenAPI description: its section `webhooks`, one entry a type."""

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, create_model
from starlette.routing import BaseRoute

from madoguchi.webhooks.events import EVENTS, TEST
from madoguchi.webhooks.schemas import DATA, EventBody


def body_of(type: str) -> type[BaseModel]:
    """The model of the body of one type of event."""
    data = DATA[type.partition(".")[0]]
    name = f"{data.__name__.removesuffix('Data')}Event"
    return create_model(name, __base__=EventBody, data=(data, ...))


def document(app: FastAPI) -> None:
    """Describe every event that may be told."""
    app.webhooks.routes += _described()


@cache
def _described() -> list[BaseRoute]:
    described = APIRouter()
    models = {group: body_of(f"{group}.") for group in DATA}
    for name, title in {**EVENTS, TEST: {"ja": "試験", "en": "A test"}}.items():
        described.add_api_route(
            name,
            _receiver(models[name.partition(".")[0]]),
            methods=["POST"],
            summary=f"{title['ja']} / {title['en']}",
            description="Answer 2xx within 10 seconds; 410 ends the deliveries. Headers: "
            "webhook-id, webhook-timestamp, webhook-signature (Standard Webhooks, v1).",
            response_model=None,
        )
    return described.routes


def _receiver(model: type[BaseModel]) -> Callable[..., Any]:
    async def receive(body: BaseModel) -> None:
        """An endpoint's own code: nothing of it runs here."""

    receive.__annotations__["body"] = model
    return receive
