"""Files sent with a page of questions: keeping them, saying which were refused, taking one away."""

from fastapi import Request

from madoguchi.cases.access import own_draft
from madoguchi.cases.filing.files import Place, attach_file, place_for, remove_file
from madoguchi.documents.service import DocumentError
from madoguchi.identity.service import Actor
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.web.form_input import FormFile, FormInput


async def take_files(
    request: Request, actor: Actor, draft_id: str, form: FormInput
) -> dict[str, Text]:
    """Keep the files that came with a page; what was refused, by place."""
    state, refused = request.app.state, {}
    for pointer, files in form.files.items():
        for file in files:
            if not file.filename or not file.size:
                if file.filename:
                    refused[pointer] = _empty(file.filename)
                continue
            try:
                async with state.database.reading() as session:
                    place = await place_for(session, actor, draft_id, pointer)
                await keep_file(request, actor, draft_id, place, file)
            except (DocumentError, DomainError) as fault:
                if fault.status == 404:
                    continue
                refused[pointer] = dict(fault.message)
    return refused


async def keep_file(
    request: Request, actor: Actor, draft_id: str, place: Place, file: FormFile
) -> None:
    """Keep one file at its place. DocumentError, DomainError when it is refused."""
    state = request.app.state
    async with state.database.session() as session:
        await attach_file(
            session,
            state.blobs,
            actor,
            state.clock,
            draft_id,
            place,
            file.filename,
            file.chunks(),
            scan=bool(getattr(state.settings, "scanner_url", "")),
        )
        await session.commit()


async def unfile(request: Request, actor: Actor, draft_id: str, pointer: str) -> None:
    """Take the files of one place away."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await own_draft(session, actor, draft_id, lock=True)
        for file in draft.attached.get(pointer, []):
            await remove_file(session, actor, state.clock, draft_id, pointer, file["sha256"])
        await session.commit()


def _empty(name: str) -> Text:
    return {
        "ja": f"「{name}」は空のファイルです。中身のあるファイルを選んでください。",
        "en": f"“{name}” is empty. Choose a file with content.",
    }
