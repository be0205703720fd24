"""Officials' pages of collections: choose a period, look, freeze, watch, take the file."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from madoguchi.cases.collections import service
from madoguchi.cases.collections.gathering import gather, periods_told
from madoguchi.cases.collections.models import DONE, FAILED, WAITING
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import DEAD, progress
from madoguchi.procedures.periods import in_words
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)
PATH = "/desk/collections"
TONES = {WAITING: "info", DONE: "success", FAILED: "error"}
ROWS_SHOWN = 500


@router.get(PATH)
async def collections(request: Request, actor: Official) -> Response:
    """What may be collected, and the periods filings are about."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.offered(session, actor, jst_date(state.clock()))
        lines = [
            {
                "collection": collection,
                "package": package,
                "periods": [
                    {"key": key, "words": _words(collection.spec.period, key), "count": count}
                    for key, count in await periods_told(session, collection)
                ],
            }
            for package, collection in found
        ]
    page: Response = state.pages.render(
        request, "cases/collections/list.html", wide=True, lines=lines
    )
    return page


@router.get(PATH + "/editions/{edition_id}")
async def edition(request: Request, edition_id: str, actor: Official) -> Response:
    """One edition: its state, its file, what is different from the one before."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.edition_for(session, actor, edition_id)
        collection = await service.collection_of(session, found)
        changes = await service.changes_since(session, found)
        taken = await service.taken_out(session, found)
        reached = await progress(session, service.MAKE_JOB, found.id)
    shown = FAILED if reached and reached.state == DEAD and found.state == WAITING else found.state
    page: Response = state.pages.render(
        request,
        "cases/collections/edition.html",
        wide=True,
        edition=found,
        shown=shown,
        tone=TONES[shown],
        spec=collection.spec,
        keys=collection.spec.group or list(collection.spec.columns),
        words=_words(collection.spec.period, found.period),
        changes=changes,
        taken=taken,
        href=f"{PATH}/{found.collection}/{found.period}",
    )
    return page


@router.get(PATH + "/editions/{edition_id}/file")
async def file(request: Request, edition_id: str, actor: Official) -> Response:
    """The file of an edition."""
    state = request.app.state
    async with state.database.session() as session:
        found, path = await service.open_file(session, state.blobs, actor, edition_id, state.clock)
        await session.commit()
    headers = documents.download_headers(found.name, found.media_type)
    return FileResponse(path, headers=dict(headers))


@router.get(PATH + "/{procedure}/{name}/{period}")
async def preview(
    request: Request, procedure: str, name: str, period: str, actor: Official
) -> Response:
    """What would be frozen now: what is in, what is missing, what contradicts."""
    return await _preview(request, actor, (procedure, name, period), "", None)


@router.post(PATH + "/{procedure}/{name}/{period}")
async def freeze(
    request: Request, procedure: str, name: str, period: str, actor: Official
) -> Response:
    """Freeze what was looked at as the next edition."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        seen, reason = form.value("seen"), form.value("reason")
    try:
        async with state.database.session() as session:
            today = jst_date(state.clock())
            package, collection = await service.collection_for(
                session, actor, procedure, name, today
            )
            key = service.period_for(collection, period)
            made = await service.freeze(
                session, actor, package, collection, key, seen, reason, state.clock
            )
            await session.commit()
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        return await _preview(request, actor, (procedure, name, period), reason, error)
    return RedirectResponse(f"{PATH}/editions/{made.id}", 303)


async def _preview(
    request: Request,
    actor: Actor,
    which: tuple[str, str, str],
    reason: str,
    error: DomainError | None,
) -> Response:
    state = request.app.state
    procedure, name, period = which
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        package, collection = await service.collection_for(session, actor, procedure, name, today)
        key = service.period_for(collection, period)
        found = await gather(session, collection, key, today)
        editions = await service.editions(session, collection, key)
    same = bool(editions) and editions[0].content_hash == found.content_hash
    page: Response = state.pages.render(
        request,
        "cases/collections/preview.html",
        status=error.status if error is not None else 200,
        wide=True,
        package=package,
        spec=collection.spec,
        keys=collection.spec.group,
        words=_words(collection.spec.period, key),
        found=found,
        shown=found.rows[:ROWS_SHOWN],
        editions=editions,
        tones=TONES,
        same=same,
        needs_reason=service.needs_reason(found, again=bool(editions)),
        reason=reason,
        error=error,
        errors=[{"name": "reason", "text": error.message}] if error is not None else [],
    )
    return page


def _words(kind: str, key: str) -> dict[str, Any]:
    return {language: in_words(kind, key, language) for language in ("ja", "en")}
