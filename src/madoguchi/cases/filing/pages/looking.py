"""The page of a filing, for its applicant, and the files that belong to it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from madoguchi.cases.access import (
    OFFICIAL,
    case_for,
    may_receive,
    own_case,
    side_of,
    still_there,
)
from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.cases.filing.acting import simple_actions
from madoguchi.cases.filing.answers import label_of, sections
from madoguchi.cases.filing.asking import asked_of
from madoguchi.cases.filing.history import history_lines
from madoguchi.cases.filing.pages.counter import Signed, addressee_name, day_text, texts
from madoguchi.cases.filing.pages.listing import tone_of
from madoguchi.cases.filing.pages.receipts import to_the_second
from madoguchi.cases.filing.queries import open_correction
from madoguchi.cases.filing.questions import Sheet, file_lines
from madoguchi.cases.judging import judge_case
from madoguchi.cases.letters import letter_of, letters_of
from madoguchi.cases.models import Case
from madoguchi.cases.retention.queries import erasures_of
from madoguchi.cases.retention.showing import show_erased
from madoguchi.cases.timers import is_late
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text, pick
from madoguchi.kernel.periods import until_text
from madoguchi.messages import service as messages
from madoguchi.payments import service as payments
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}")
async def case_page(request: Request, case_id: str, actor: Signed) -> Response:
    """Where a filing stands, what to do, what was filed."""
    state = request.app.state
    async with state.database.reading() as session:
        case = await case_for(session, actor, case_id)
    if side_of(actor, case) == OFFICIAL and not await _is_own(request, actor, case_id):
        return RedirectResponse(f"/desk/cases/{case.id}", 303)
    return await show_case(request, actor, case_id)


async def _is_own(request: Request, actor: Actor, case_id: str) -> bool:
    async with request.app.state.database.reading() as session:
        try:
            await own_case(session, actor, case_id)
        except CaseError:
            return False
    return True


async def show_case(
    request: Request, actor: Actor, case_id: str, body: str = "", body_error: Text | None = None
) -> Response:
    """The page; `body` is a message that could not be sent."""
    state, t, language = request.app.state, texts(request), request.state.language
    async with state.database.reading() as session:
        case = await own_case(session, actor, case_id)
    if case.erased_at is not None:
        return await show_erased(request, case, at_desk=False)
    async with state.database.reading() as session:
        case = await own_case(session, actor, case_id)
        package = await procedures.package(session, case.digest)
        judged = await judge_case(session, case, package, jst_date(state.clock()))
        sheet = Sheet(package, judged.verdict, case.data, case.attached, language, judged=False)
        entries = await journal.entries(session, f"case:{case.id}", limit=1000)
        machine = package.machine
        asks = asked_of(case, machine)
        response: Response = state.pages.render(
            request,
            "cases/filing/case.html",
            status=422 if body_error else 200,
            case=case,
            state=machine.states[case.state],
            tone=tone_of(case),
            asks=asks,
            correction=_correction(case, package, language),
            begun=await open_correction(session, case) is not None if asks else False,
            overdue=is_late(case.act_by, state.clock()),
            payments=await payments.payments_of(session, case.id),
            letters=[
                _letter(case, letter, t)
                for letter in await letters_of(session, case.id)
                if may_receive(actor, case)
            ],
            facts=await _facts(session, case, package, t, language),
            history=history_lines(package, entries, language, t, case.organisation_name),
            conversation=await messages.conversation(session, case.id),
            body=body,
            body_error=body_error,
            errors=[{"name": "body", "text": body_error}] if body_error else (),
            sections=sections(sheet, answered_only=True),
            files=_files(case, package, language),
            omitted=[
                {"label": dict(package.attachments[key].spec.label), "reason": reason}
                for key, reason in case.omitted.items()
                if key in package.attachments
            ],
            actions=simple_actions(machine, case.state),
            erasures=await erasures_of(session, case.id),
        )
    async with state.database.session() as session:
        await messages.mark_conversation_read(session, case_id, by_office=False, at=state.clock())
        await session.commit()
    return response


@router.get("/cases/{case_id}/files/{sha256}")
async def case_file(request: Request, case_id: str, sha256: str, actor: Signed) -> Response:
    """A file that was filed, for both sides of the counter."""
    state = request.app.state
    async with state.database.reading() as session:
        case = await case_for(session, actor, case_id)
        file = next((f for fs in case.attached.values() for f in fs if f["sha256"] == sha256), None)
        if file is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, sha256)
    headers = documents.download_headers(str(file["name"]), str(file["type"]))
    return FileResponse(path, headers=dict(headers))


@router.get("/cases/{case_id}/letters/{letter_id}")
async def case_letter(request: Request, case_id: str, letter_id: str, actor: Signed) -> Response:
    """A letter of the case as PDF; that the applicant opened it is noted once."""
    state = request.app.state
    async with state.database.session() as session:
        case = still_there(await own_case(session, actor, case_id))
        if not may_receive(actor, case):
            raise not_found()
        letter = await letter_of(session, case.id, letter_id)
        if letter.sha256 is None:
            raise case_error(
                "letter_not_ready",
                409,
                "通知書を作成しています。数分後にもう一度開いてください。",
                "The letter is being prepared. Open it again in a few minutes.",
            )
        path = await documents.content_path(session, state.blobs, letter.sha256)
        if letter.read_at is None:
            letter.read_at = state.clock()
            await session.commit()
    headers = documents.download_headers(letter.name, "application/pdf", inline=True)
    return FileResponse(path, headers=dict(headers))


def _correction(case: Case, package: Package, language: str) -> dict[str, Any]:
    asked = case.correction or {}
    labels = []
    for pointer in asked.get("points") or []:
        steps = str(pointer).split("/")
        attachment = package.attachments.get(steps[-1]) if steps[1:2] == ["attachments"] else None
        labels.append(
            pick(dict(attachment.spec.label), language)
            if attachment is not None
            else label_of(package.fields, str(pointer), language)
        )
    return {"reason": asked.get("reason"), "due": asked.get("due"), "labels": labels}


def _letter(case: Case, letter: Any, t: Any) -> dict[str, Any]:
    ready = letter.sha256 is not None
    return {
        "name": f"{letter.number} {letter.name}",
        "size": letter.size,
        "href": f"/cases/{case.id}/letters/{letter.id}" if ready else None,
        "state": "stored" if ready else "checking",
        "note": None if ready else t("cases.case.letter_soon"),
    }


def _files(case: Case, package: Package, language: str) -> list[dict[str, Any]]:
    return [
        {
            **file,
            "href": f"/cases/{case.id}/files/{file['sha256']}",
            "note": pick(dict(package.attachments[key].spec.label), language)
            if key in package.attachments
            else label_of(package.fields, key, language),
        }
        for key, files in case.attached.items()
        for file in file_lines(files)
    ]


async def _facts(
    session: Any, case: Case, package: Package, t: Any, language: str
) -> list[tuple[str, str]]:
    agency = await addressee_name(session, case.forward_to or case.agency_id, case.via_agency_id)
    facts = [
        (t("cases.fact.number"), case.arrival_number),
        (t("cases.fact.arrived"), to_the_second(case.arrived_at, language)),
        (t("cases.fact.addressee"), pick(agency, language)),
        (t("cases.fact.applicant"), case.organisation_name or case.filer_name),
    ]
    if case.agent_name:
        facts.append((t("cases.fact.agent"), case.agent_name))
    due = package.machine.states[case.state].due_label
    if case.act_by is not None:
        label = pick(due, language) if due else t("cases.fact.act_by")
        facts.append((label, pick(until_text(case.act_by), language)))
    if case.waits_for and case.due_on is not None:
        key = "cases.fact.due_paused" if case.paused_since else "cases.fact.due"
        facts.append((t("cases.fact.due_label"), t(key, date=day_text(case.due_on, language))))
    return facts
