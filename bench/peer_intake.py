"""The peer of intake: django-ninja and the ORM doing the same work, as a careful developer would.

Bearer token, idempotency key, the twelve fields with their rules, the attachment looked up, then in
one transaction the filing, a journal entry with salt and hash, a message, a job, the stored answer.
Uploads are hashed, written, synced and renamed as ours are.
"""

import hashlib
import json
import os
import secrets
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction

ADDRESS = urlsplit(os.environ["PEER_DATABASE"])
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": ADDRESS.path,
    "OPTIONS": {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
    },
}
POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": ADDRESS.path.lstrip("/"),
    "USER": ADDRESS.username,
    "HOST": ADDRESS.hostname,
    "PORT": ADDRESS.port or 5432,
}
settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # Content-Length
    DATABASES={
        "default": {
            **(SQLITE if ADDRESS.scheme == "sqlite" else POSTGRES),
            "CONN_MAX_AGE": None,
        }
    },
    USE_TZ=True,
)
django.setup()

from django.utils import timezone  # noqa: E402
from ninja import File, NinjaAPI, Schema  # noqa: E402
from ninja.errors import HttpError  # noqa: E402
from ninja.files import UploadedFile  # noqa: E402
from ninja.security import HttpBearer  # noqa: E402
from pydantic import Field  # noqa: E402

FILES = Path(os.environ["PEER_FILES"])
_FOLDER = os.open(FILES, os.O_RDONLY)


class Organisation(models.Model):
    """A company."""

    name = models.CharField(max_length=300)

    class Meta:
        app_label = "peer"


class Token(models.Model):
    """An access token, by its hash."""

    sha256 = models.CharField(max_length=64, unique=True)
    person_name = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "peer"


class Document(models.Model):
    """An uploaded file."""

    id = models.CharField(max_length=32, primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()

    class Meta:
        app_label = "peer"


class Filing(models.Model):
    """A filing."""

    id = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    data = models.JSONField()
    attached = models.JSONField()
    content_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    arrived_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "peer"
        indexes = (models.Index(fields=["state", "arrived_at"], name="peer_tray"),)


class Journal(models.Model):
    """A journal entry with salted commitment and leaf hash."""

    subject = models.CharField(max_length=120)
    seq = models.IntegerField()
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField(db_index=True)
    payload = models.JSONField()
    salt = models.CharField(max_length=32)
    commitment = models.CharField(max_length=64)
    leaf_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "peer"
        constraints = (models.UniqueConstraint(fields=["subject", "seq"], name="peer_journal_seq"),)


class Message(models.Model):
    """A message in the inbox."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "peer"


class Job(models.Model):
    """Work for later."""

    name = models.CharField(max_length=100)
    payload = models.JSONField()
    state = models.CharField(max_length=20, db_index=True)

    class Meta:
        app_label = "peer"


class Idempotency(models.Model):
    """The answer to a key."""

    key = models.CharField(max_length=300, primary_key=True)
    request = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "peer"


class Data(Schema):
    """The twelve fields, less the filer and what is calculated."""

    contact: str = Field(min_length=1, max_length=100)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    site: str = Field(min_length=1, max_length=200)
    kind: Literal["new", "change", "other"]
    other: str | None = None
    capacity: Decimal = Field(ge=0, le=1_000_000)
    unit_price: int = Field(ge=0)
    started: date
    ended: date | None = None
    remarks: str = Field("", max_length=1000)


class FilingIn(Schema):
    """The body."""

    data: Data
    attached: dict[str, list[str]] = Field(default_factory=dict)


class Bearer(HttpBearer):
    """Who asks."""

    def authenticate(self, request: object, token: str) -> Token | None:
        """The token with its organisation."""
        hashed = hashlib.sha256(token.encode()).hexdigest()
        found = Token.objects.select_related("organisation").filter(
            sha256=hashed, expires_at__gt=timezone.now()
        )
        return found.first()


api = NinjaAPI(auth=Bearer())


def checked(body: FilingIn) -> Decimal:
    """The amount, after all rules. HttpError 422."""
    data = body.data
    if data.kind == "other" and not data.other:
        raise HttpError(422, "other")
    if data.ended is not None and data.ended < data.started:
        raise HttpError(422, "ended")
    if data.started > date.today() + timedelta(days=365):
        raise HttpError(422, "started")
    amount = data.capacity * data.unit_price
    if amount > 1_000_000 and not body.attached.get("drawing"):
        raise HttpError(422, "drawing")
    return amount


@api.post("/filings", response={201: dict, 200: dict})
def create(request, body: FilingIn):  # type: ignore[no-untyped-def]
    """Check, store, receipt."""
    token: Token = request.auth
    key = f"{token.pk}:{request.headers['Idempotency-Key']}"
    digest = hashlib.sha256(request.body).hexdigest()
    known = Idempotency.objects.filter(key=key).first()
    if known is not None:
        if known.request != digest:
            raise HttpError(422, "key reused")
        return 200, known.answer
    amount = checked(body)
    ids = [id for ids in body.attached.values() for id in ids]
    documents = (
        list(Document.objects.filter(id__in=ids, organisation=token.organisation)) if ids else []
    )
    if len(documents) != len(ids):
        raise HttpError(404, "no such file")
    data = {
        **json.loads(body.data.json()),
        "amount": str(amount),
        "applicant": token.organisation.name,
    }
    attached = [{"sha256": d.sha256, "name": d.name, "size": d.size} for d in documents]
    canonical = json.dumps({"data": data, "attached": attached}, sort_keys=True).encode()
    content_hash = hashlib.sha256(canonical).hexdigest()
    now, id, salt = timezone.now(), uuid4().hex, secrets.token_hex(16)
    payload = {"data": data, "attached": attached, "content_hash": content_hash}
    commitment = hashlib.sha256(
        bytes.fromhex(salt) + json.dumps(payload, sort_keys=True).encode()
    ).hexdigest()
    leaf = {"subject": id, "seq": 1, "at": now.isoformat(), "commitment": commitment}
    answer = {
        "id": id,
        "number": id[:20],
        "arrived_at": now.isoformat(),
        "content_hash": content_hash,
    }
    with transaction.atomic():
        Filing.objects.create(
            id=id, number=id[:20], organisation=token.organisation, data=data, attached=attached,
            content_hash=content_hash, state="filed", arrived_at=now,
        )  # fmt: skip
        Journal.objects.create(
            subject=id, seq=1, action="filed", actor=token.person_name, at=now, payload=payload,
            salt=salt, commitment=commitment,
            leaf_hash=hashlib.sha256(b"\0" + json.dumps(leaf, sort_keys=True).encode()).hexdigest(),
        )  # fmt: skip
        message = Message.objects.create(
            organisation=token.organisation, subject=f"受け付けました {id[:20]}", body="届出を受け付けました。",
            dedupe_key=f"case:{id}:1", created_at=now,
        )  # fmt: skip
        Job.objects.create(name="mail", payload={"message": message.pk}, state="waiting")
        Idempotency.objects.create(key=key, request=digest, answer=answer, created_at=now)
    return 201, answer


@api.post("/files", response={201: dict})
def upload(request, file: UploadedFile = File(...)):  # type: ignore[no-untyped-def]
    """Hash, write, sync, rename, record."""
    token: Token = request.auth
    content = file.read()
    if not content.startswith(b"%PDF-"):
        raise HttpError(422, "not a PDF")
    sha256, id = hashlib.sha256(content).hexdigest(), uuid4().hex
    temporary = FILES / id
    with temporary.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, FILES / sha256)
    os.fsync(_FOLDER)
    Document.objects.create(
        id=id, organisation=token.organisation, sha256=sha256, name=file.name, size=len(content)
    )
    return 201, {"id": id, "sha256": sha256}


from django.urls import path  # noqa: E402

urlpatterns = [path("api/", api.urls)]
application = get_wsgi_application()


def make_tables(hashes: list[str]) -> None:
    """Create the tables and a company for each token."""
    with connection.schema_editor() as editor:
        for model in (Organisation, Token, Document, Filing, Journal, Message, Job, Idempotency):
            editor.create_model(model)
    until = timezone.now() + timedelta(days=30)
    for number, sha256 in enumerate(hashes):
        organisation = Organisation.objects.create(name=f"測定{number}株式会社")
        Token.objects.create(
            sha256=sha256, person_name="測定 太郎", organisation=organisation, expires_at=until
        )


if __name__ == "__main__":
    import sys

    make_tables(json.loads(sys.stdin.read()))
