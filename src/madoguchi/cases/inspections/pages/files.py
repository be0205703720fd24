"""Photographs, letters and files of reports, to whoever may see the inspection."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.pages.reading import letter_page
from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections.access import inspection_for, own_inspection, visit_for
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.improving import reports_of
from madoguchi.cases.inspections.letters import Draft, letter_of, preview
from madoguchi.cases.inspections.models import InspectionLetter
from madoguchi.cases.inspections.pages.shared import Reader, Signed
from madoguchi.cases.inspections.photos import photo_of
from madoguchi.cases.inspections.view import view_of
from madoguchi.documents import service as documents
from madoguchi.kernel.clock import jst_date

router = APIRouter(include_in_schema=False)


@router.get("/desk/inspections/{inspection_id}/photos/{photo_id}")
async def photo(request: Request, inspection_id: str, photo_id: str, actor: Reader) -> Response:
    """A photograph of the visit."""
    async with request.app.state.database.reading() as session:
        await inspection_for(session, actor, inspection_id)
        return await _photo(request, session, inspection_id, photo_id)


@router.get("/visits/{inspection_id}/photos/{photo_id}")
async def visit_photo(
    request: Request, inspection_id: str, photo_id: str, actor: Signed
) -> Response:
    """A photograph, for the inspectors of the visit."""
    async with request.app.state.database.reading() as session:
        await visit_for(session, actor, inspection_id)
        return await _photo(request, session, inspection_id, photo_id)


@router.get("/desk/inspections/{inspection_id}/letters/preview/{key}")
async def letter_preview(request: Request, inspection_id: str, key: str, actor: Reader) -> Response:
    """A letter as it would be issued today, without its number."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    async with state.database.reading() as session:
        view = await view_of(session, actor, inspection_id)
        if key not in view.programme.block.spec.letters:
            raise not_found()
        draft = Draft(view.inspection, view.programme, key, view.findings, view.state.present)
        return letter_page(await preview(session, draft, today))


@router.get("/desk/inspections/{inspection_id}/letters/{letter_id}")
async def desk_letter(
    request: Request, inspection_id: str, letter_id: str, actor: Reader
) -> Response:
    """A letter as issued, for officials."""
    async with request.app.state.database.reading() as session:
        await inspection_for(session, actor, inspection_id)
        letter = await letter_of(session, inspection_id, letter_id)
        return await _letter(request, session, letter)


@router.get("/inspections/{inspection_id}/letters/{letter_id}")
async def holder_letter(
    request: Request, inspection_id: str, letter_id: str, actor: Signed
) -> Response:
    """A letter as issued, for the holder; that it was read is kept."""
    state = request.app.state
    async with state.database.reading() as session:
        await own_inspection(session, actor, inspection_id)
        letter = await letter_of(session, inspection_id, letter_id)
        answer = await _letter(request, session, letter)
    if letter.read_at is None:
        async with state.database.session() as session:
            read = await letter_of(session, inspection_id, letter_id)
            read.read_at = read.read_at or state.clock()
            await session.commit()
    return answer


@router.get("/desk/inspections/{inspection_id}/files/{sha256}")
async def desk_file(request: Request, inspection_id: str, sha256: str, actor: Reader) -> Response:
    """A file of an improvement report, for officials."""
    async with request.app.state.database.reading() as session:
        await inspection_for(session, actor, inspection_id)
        return await _report_file(request, session, inspection_id, sha256)


@router.get("/inspections/{inspection_id}/files/{sha256}")
async def holder_file(request: Request, inspection_id: str, sha256: str, actor: Signed) -> Response:
    """A file of an improvement report, for the holder."""
    async with request.app.state.database.reading() as session:
        await own_inspection(session, actor, inspection_id)
        return await _report_file(request, session, inspection_id, sha256)


async def _photo(
    request: Request, session: AsyncSession, inspection_id: str, photo_id: str
) -> Response:
    found = await photo_of(session, inspection_id, photo_id)
    return await _handed_out(request, session, found.sha256, found.name, "image/jpeg")


async def _report_file(
    request: Request, session: AsyncSession, inspection_id: str, sha256: str
) -> Response:
    ids = [finding.id for finding in await findings_of(session, inspection_id)]
    reports = (await reports_of(session, ids)).values()
    files = [file for found in reports for report in found for file in report.files]
    named = next((file for file in files if file["sha256"] == sha256), None)
    if named is None:
        raise not_found()
    return await _handed_out(request, session, sha256, str(named["name"]), str(named["type"]))


async def _letter(request: Request, session: AsyncSession, letter: InspectionLetter) -> Response:
    """Its PDF, or its text while the PDF is being set (?html=1 always)."""
    if letter.sha256 is None or request.query_params.get("html") == "1":
        return letter_page(letter.html)
    return await _handed_out(request, session, letter.sha256, letter.name, "application/pdf")


async def _handed_out(
    request: Request, session: AsyncSession, sha256: str, name: str, media_type: str
) -> Response:
    path = await documents.content_path(session, request.app.state.blobs, sha256)
    headers = dict(documents.download_headers(name, media_type, inline=True))
    headers["Content-Security-Policy"] += "; frame-ancestors 'self'"
    content_type = headers.pop("Content-Type")
    return FileResponse(str(path), media_type=content_type, headers=headers)
