"""The peer: a plain django-ninja endpoint that checks the same JSON Schema and stores one ORM row."""

import json
import os
from typing import Any
from uuid import uuid4

import django
import jsonschema_rs
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            # As durable as ours: write-ahead log, synced at every commit.
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
            },
            "CONN_MAX_AGE": None,
        }
    },
    USE_TZ=True,
)
django.setup()

from ninja import NinjaAPI, Schema  # noqa: E402


class Filing(models.Model):
    """One row a filing."""

    number = models.CharField(max_length=40, unique=True)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "peer"


class FilingIn(Schema):
    """The body."""

    data: dict[str, Any]


with open(os.environ["PEER_SCHEMA"], encoding="utf-8") as file:
    VALIDATOR = jsonschema_rs.validator_for(json.load(file))
api = NinjaAPI()


@api.post("/filings", response={201: dict, 422: dict})
def create(request: object, body: FilingIn) -> tuple[int, dict[str, str]]:
    """Check and store."""
    if not VALIDATOR.is_valid(body.data):
        return 422, {"detail": "invalid"}
    row = Filing.objects.create(number=uuid4().hex, data=body.data)
    return 201, {"number": row.number}


from django.urls import path  # noqa: E402

urlpatterns = [path("api/", api.urls)]
application = get_wsgi_application()


def make_tables() -> None:
    """Create the one table."""
    with connection.schema_editor() as editor:
        editor.create_model(Filing)
