"""The case view, and the files and letters it shows."""

import base64
import hashlib
import re
from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from madoguchi.cases.access import still_there
from madoguchi.cases.desk.assigning import colleagues
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.pages.shared import Official, clock_line, state_tag
from madoguchi.cases.desk.view import case_view
from madoguchi.cases.errors import not_found
from madoguchi.cases.letters import letter_of
from madoguchi.cases.opinions.view import opinion_lines
from madoguchi.cases.retention.showing import show_erased
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.messages.service import mark_conversation_read
from madoguchi.procedures.workflow.picture import WHO, arrows, svg

router = APIRouter(include_in_schema=False)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SCREEN = "@media screen{body{max-width:44rem;margin:2rem auto;padding:0 2rem}}"
_FRAMED = "; frame-ancestors 'self'"


@router.get("/desk/cases/{case_id}")
async def case(request: Request, case_id: str, actor: Official) -> Response:
    """A case."""
    return await show_case(request, actor, case_id)


async def show_case(
    request: Request,
    actor: Actor,
    case_id: str,
    *,
    kept: Mapping[str, str] | None = None,
    error: tuple[str, DomainError] | None = None,
) -> Response:
    """The case view; `kept` is what was typed and refused, `error` why."""
    state, language = request.app.state, request.state.language
    now = state.clock()
    async with state.database.reading() as session:
        found = await case_at_desk(session, actor, case_id, reading=True)
    if found.erased_at is not None:
        return await show_erased(request, found, at_desk=True)
    async with state.database.reading() as session:
        view = await case_view(session, actor, case_id, language, now)
        people = await colleagues(session, view.case.agency_id, jst_date(now))
        opinions = await opinion_lines(session, actor, view.case, view.package, language, now)
    if any(said.direction == "to_office" and said.read_at is None for said in view.conversation):
        async with state.database.session() as session:
            await mark_conversation_read(session, case_id, by_office=True, at=now)
            await session.commit()
    errors = [{"name": error[0], "text": error[1].message}] if error else []
    page: Response = state.pages.render(
        request,
        "cases/desk/case.html",
        status=422 if error else 200,
        wide=True,
        view=view,
        case=view.case,
        clock=clock_line(request, view.standing),
        tag_of_state=state_tag(view.state.label, view.case.stage, view.case.outcome),
        people=[(person.id, person.name) for person in people],
        opinions=opinions,
        picture=svg(view.package.machine, language, here=view.case.state),
        arrows=arrows(view.package.machine),
        roles=WHO,
        is_mine=view.case.assignee_id == actor.id,
        kept=kept or {},
        known_texts=state.texts,
        fact_text=fact_text,
        errors=errors,
    )
    return page


@router.get("/desk/cases/{case_id}/files/{sha256}")
async def file(request: Request, case_id: str, sha256: str, actor: Official) -> Response:
    """A file of the filing, to look at in a frame (?inline=1) or to download."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await case_at_desk(session, actor, case_id, reading=True)
        named = next(
            (f for files in found.attached.values() for f in files if f["sha256"] == sha256), None
        )
        if named is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, sha256)
    inline = request.query_params.get("inline") == "1"
    return handed_out(path, str(named["name"]), str(named["type"]), inline=inline)


@router.get("/desk/cases/{case_id}/letters/{letter_id}")
async def letter(request: Request, case_id: str, letter_id: str, actor: Official) -> Response:
    """A letter as issued: its PDF, or its text while the PDF is being set (?html=1 always)."""
    state = request.app.state
    async with state.database.reading() as session:
        still_there(await case_at_desk(session, actor, case_id, reading=True))
        found = await letter_of(session, case_id, letter_id)
        if found.sha256 is None or request.query_params.get("html") == "1":
            return letter_page(found.html)
        path = await documents.content_path(session, state.blobs, found.sha256)
    return handed_out(path, found.name, "application/pdf", inline=True)


def fact_text(value: object) -> str:
    """A fact on one line: what officials compare a filing with."""
    if isinstance(value, Mapping) and "number" in value and "name" in value:
        return f"{value['name']} ({value['number']})"  # a record: what identifies it is enough here
    if isinstance(value, Mapping):
        return " / ".join(text for item in value.values() if (text := fact_text(item)))
    if isinstance(value, list):
        return "、".join(fact_text(item) for item in value)
    return "" if value is None or isinstance(value, bool) else str(value)


def letter_page(html: str) -> HTMLResponse:
    """A letter's HTML, fit for a frame: nothing runs, nothing loads, only its own style counts.

    On a screen it gets margins, which its print layout takes from the page.
    """
    html = html.replace("</head>", f"<style>{_SCREEN}</style></head>", 1)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
        for style in _STYLE.findall(html)
    )
    policy = f"default-src 'none'; style-src {hashes or chr(39) + 'none' + chr(39)}"
    headers = {
        "Content-Security-Policy": f"{policy}; img-src data:; sandbox{_FRAMED}",
        "Cache-Control": "private, no-store",
    }
    return HTMLResponse(html, headers=headers)


def handed_out(path: object, name: str, media_type: str, *, inline: bool) -> Response:
    """A stored file, to look at in a frame of one's own page or to download."""
    headers = dict(documents.download_headers(name, media_type, inline=inline))
    headers["Content-Security-Policy"] += _FRAMED
    content_type = headers.pop("Content-Type")
    return FileResponse(str(path), media_type=content_type, headers=headers)
