"""REST for opinions (意見照会API): what one's agencies are asked, and answering."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.answering import answer
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.queries import asked_of_me, task_for
from madoguchi.cases.opinions.view import seen_files
from madoguchi.cases.opinions.withdrawing import LONGEST_REASON, asked_task, withdraw
from madoguchi.procedures import service as procedures
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1/desk/opinions", tags=["desk"])


class OpinionOut(BaseModel):
    """One opinion asked (意見照会)."""

    id: str
    case_id: str
    arrival_number: str
    title: dict[str, str]
    name: str
    agency: str
    state: str = Field(description="asked | answered | passed | withdrawn")
    note: str
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    form: dict[str, Any]


class OpinionDetail(OpinionOut):
    """An opinion with what its agency may see of the case."""

    data: dict[str, Any]
    attached: dict[str, list[dict[str, Any]]]


class AnswerIn(BaseModel):
    """An answer: the values of the form the package has for it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"form": {"stance": "no_objection"}}]}
    )

    form: dict[str, Any] = Field(default_factory=dict)


class WithdrawIn(BaseModel):
    """Why a question is withdrawn; the agency asked reads it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "別の資料で確認できたため"}]}
    )

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)


@router.get("", operation_id="listOpinions")
async def opinions(
    request: Request, actor: Official, state: Literal["open", "done"] = "open"
) -> list[OpinionOut]:
    """The opinions asked of one's agencies, the earliest due first; at most 200."""
    async with request.app.state.database.reading() as session:
        found = await asked_of_me(session, actor, open_only=state == "open")
    return [OpinionOut(**_line(task, case)) for task, case in found]


@router.get("/{task_id}", operation_id="getOpinion")
async def opinion(request: Request, task_id: str, actor: Official) -> OpinionDetail:
    """One opinion, with the part of the case its agency may see."""
    async with request.app.state.database.reading() as session:
        task, case = await task_for(session, actor, task_id)
        return await _detail(session, task, case)


@router.post(
    "/{task_id}/answer",
    operation_id="answerOpinion",
    response_model=OpinionDetail,
    openapi_extra=schema_of(AnswerIn),
)
async def give(request: Request, task_id: str, actor: Official, key: Key = None) -> Response:
    """Answer for one's agency. 409 when it is closed; 422 with a fault a field."""
    app = request.app.state
    body = await read_body(request, AnswerIn)

    async def work(session: AsyncSession) -> OpinionDetail:
        task = await answer(session, actor, task_id, body.form, app.clock)
        _, case = await task_for(session, actor, task_id)
        return await _detail(session, task, case)

    return await once(request, actor.id, work)


@router.post(
    "/{task_id}/withdraw",
    operation_id="withdrawOpinion",
    response_model=OpinionOut,
    openapi_extra=schema_of(WithdrawIn),
)
async def take_back(request: Request, task_id: str, actor: Official, key: Key = None) -> Response:
    """Withdraw what one's agency asked another. 409 when it is answered or the case has ended."""
    app = request.app.state
    body = await read_body(request, WithdrawIn)

    async def work(session: AsyncSession) -> OpinionOut:
        task = await withdraw(session, actor, task_id, body.reason, app.clock)
        _, case = await asked_task(session, actor, task_id)
        return OpinionOut(**_line(task, case))

    return await once(request, actor.id, work)


async def _detail(session: AsyncSession, task: OpinionTask, case: Case) -> OpinionDetail:
    block = (await procedures.package(session, case.digest)).machine.opinions[task.name]
    data = {n: v for n, v in case.data.items() if block.sees is None or n in block.sees}
    return OpinionDetail(**_line(task, case), data=data, attached=seen_files(case, block))


def _line(task: OpinionTask, case: Case) -> dict[str, Any]:
    return {
        "id": task.id,
        "case_id": case.id,
        "arrival_number": case.arrival_number,
        "title": case.title,
        "name": task.name,
        "agency": task.agency_id,
        "state": task.state,
        "note": task.note,
        "asked_at": task.asked_at,
        "due_at": task.due_at,
        "answered_at": task.answered_at,
        "form": task.form,
    }
