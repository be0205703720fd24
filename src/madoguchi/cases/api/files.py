"""Uploading files before they are attached."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from madoguchi.cases.api.body import multipart_of
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.files import place_in
from madoguchi.cases.filing.pages.answering import UPLOAD_BYTES
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.documents import service as documents
from madoguchi.documents.schemas import FileOut
from madoguchi.documents.service import ANY, Owner
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of

router = APIRouter(prefix="/api/v1", tags=["filing"])
_BODY = multipart_of(["file"], file={"type": "string", "format": "binary"})


@router.post(
    "/files",
    operation_id="uploadFile",
    status_code=201,
    response_model=FileOut,
    openapi_extra=_BODY,
)
async def upload(
    request: Request,
    actor: Signed,
    procedure: Annotated[str | None, Query(max_length=64)] = None,
    place: Annotated[str | None, Query(max_length=300)] = None,
) -> FileOut:
    """Keep one file. With `procedure` and `place` (attachment key or field pointer) what that
    place takes applies at once; otherwise when it is attached.
    """
    state, spec = request.app.state, ANY
    if procedure is not None and place is not None:
        async with state.database.reading() as session:
            package = await procedures.current(session, procedure, jst_date(state.clock()))
        spec = place_in(package, place).accept
    async with form_of(request, UPLOAD_BYTES) as form:
        sent = form.file("file")
        if sent is None or not sent.filename:
            raise case_error(
                "no_file",
                422,
                "file という名前でファイルを1つ送ってください。",
                "Send one file under the name “file”.",
            )
        async with state.database.session() as session:
            stored = await documents.receive(
                session,
                state.blobs,
                name=sent.filename,
                stream=sent.chunks(),
                spec=spec,
                at=state.clock(),
                owner=Owner(person=actor.id, organisation=actor.organisation),
                scan=bool(state.settings.scanner_url),
            )
            await session.commit()
    return FileOut.model_validate(stored)
