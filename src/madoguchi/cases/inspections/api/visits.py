"""What phones and programs of inspectors send from a visit: records and photographs."""

import re
from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from madoguchi.cases.api.body import multipart_of, read_body, schema_of
from madoguchi.cases.inspections.access import visit_for
from madoguchi.cases.inspections.api.schemas import (
    CLIENT_ID,
    OutcomeOut,
    PhotoOut,
    RecordsIn,
    RecordsOut,
)
from madoguchi.cases.inspections.checklist import load_state
from madoguchi.cases.inspections.device import moment
from madoguchi.cases.inspections.pages.shared import Reader
from madoguchi.cases.inspections.photos import keep_photo
from madoguchi.cases.inspections.programme import pinned
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.visiting import Incoming, record
from madoguchi.documents import service as documents
from madoguchi.web.forms import form_of

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
PHOTO_BYTES = 25_000_000
_MOMENT = TypeAdapter[datetime](AwareDatetime)
_PHOTO = multipart_of(
    ["client_id", "key", "made_at", "file"],
    client_id={"type": "string", "pattern": CLIENT_ID},
    key={"type": "string", "maxLength": 100},
    made_at={"type": "string", "format": "date-time"},
    file={"type": "string", "format": "binary"},
)


@router.post(
    "/{inspection_id}/records",
    operation_id="recordVisit",
    response_model=RecordsOut,
    openapi_extra=schema_of(RecordsIn),
)
async def records(request: Request, inspection_id: str, actor: Reader) -> RecordsOut:
    """Keep records of a visit. Sending one again is harmless: `client_id` names it."""
    app = request.app.state
    body = await read_body(request, RecordsIn)
    sent = [
        Incoming(one.client_id, one.key, one.value, tuple(one.replaces), one.made_at)
        for one in body.records
    ]
    async with app.database.session() as session:
        outcomes = await record(session, actor, app.clock, inspection_id, sent)
        await session.commit()
        received = moment(app.clock())  # after the commit: pages made earlier do not show them
        inspection, _ = await visit_for(session, actor, inspection_id, former=True)
        state = await load_state(session, inspection, await pinned(session, inspection.digest))
    return RecordsOut(
        outcomes=[OutcomeOut.model_validate(one) for one in outcomes],
        received_at=received,
        state=inspection.state,
        missing=len(state.missing),
        conflicts=state.conflicts,
    )


@router.post(
    "/{inspection_id}/photos",
    operation_id="keepVisitPhoto",
    status_code=201,
    response_model=PhotoOut,
    openapi_extra=_PHOTO,
)
async def photo(request: Request, inspection_id: str, actor: Reader) -> PhotoOut:
    """Keep a photograph (JPEG or PNG) of a visit; it is drawn anew, without metadata."""
    app = request.app.state
    async with app.database.reading() as session:
        await visit_for(session, actor, inspection_id, former=True)
    async with form_of(request, PHOTO_BYTES) as form:
        client_id, made_at = _named(form.value("client_id"), form.value("made_at"))
        sent = form.file("file")
        if sent is None:
            raise refusal("no_file")
        developed = await documents.take_photo(sent.chunks(), sent.filename, app.blobs.incoming)
        async with app.database.session() as session:
            kept = await keep_photo(
                session,
                app.blobs,
                actor,
                app.clock,
                inspection_id,
                client_id=client_id,
                key=form.value("key")[:100],
                made_at=made_at,
                photo=developed,
            )
            await session.commit()
    return PhotoOut(
        id=kept.id,
        client_id=kept.client_id,
        key=kept.key,
        sha256=kept.sha256,
        size=kept.size,
        late=kept.late,
        received_at=moment(app.clock()),
    )


def _named(client_id: str, made_at: str) -> tuple[str, datetime]:
    """The id and time of a photograph. CaseError 422."""
    try:
        if re.fullmatch(CLIENT_ID, client_id):
            return client_id, _MOMENT.validate_python(made_at)
    except ValidationError:
        pass
    raise refusal("photo-unnamed")
