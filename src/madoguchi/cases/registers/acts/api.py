"""REST for official acts on entries (職権による処分API): for officials of the entry's agency."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.registers.acts.acting import Shown, approve_act, do_act, drop_act
from madoguchi.cases.registers.acts.judging import form_of_act
from madoguchi.cases.registers.acts.opening import entry_at_desk, package_of
from madoguchi.cases.registers.acts.queries import acts_of
from madoguchi.cases.registers.models import EntryAct
from madoguchi.cases.registers.values import plain
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1/desk", tags=["registers"])
Text = dict[str, str]
Line = Annotated[str, Field(max_length=64)]


class SpanOut(BaseModel):
    """What the register says for the days [valid_from, valid_to), as now recorded."""

    valid_from: date
    valid_to: date | None
    status: str
    number: str
    holder: str
    columns: dict[str, Any]
    recorded_at: datetime


class QuestionOut(BaseModel):
    """A question of an act's form."""

    name: str
    type: str
    label: Text


class OfferedOut(BaseModel):
    """An act this official may do, or propose where `approve` names who must approve it."""

    name: str
    kind: str
    label: Text
    approve: list[str]
    form: list[QuestionOut]


class ActOut(BaseModel):
    """An act on an entry (処分): proposed, done, returned or withdrawn."""

    id: str
    act: str
    kind: str
    label: Text
    state: str
    effective_on: date
    until: date | None
    form: dict[str, Any]
    proposed_at: datetime
    decided_at: datetime | None
    comment: str | None


class EntryOut(BaseModel):
    """An entry at the desk; `stamp` changes whenever what the register says does."""

    id: str
    register_name: str
    number: str
    agency: str
    stamp: str
    spans: list[SpanOut]
    offered: list[OfferedOut]
    acts: list[ActOut]


class ActIn(BaseModel):
    """The form of an act, and the `stamp` of the entry it was filled in for."""

    form: dict[str, Any] = {}
    stamp: Line | None = None


class CommentIn(BaseModel):
    """A remark on the proposal; needed to return it."""

    comment: Annotated[str, Field(max_length=2000)] = ""


@router.get("/entries/{entry_id}", operation_id="getEntryAtDesk", response_model=EntryOut)
async def entry(request: Request, entry_id: str, actor: Official) -> EntryOut:
    """An entry with every column, the acts on it, and those that may be done."""
    async with request.app.state.database.reading() as session:
        return await _entry(request, session, actor, entry_id)


@router.post(
    "/entries/{entry_id}/acts/{name}",
    operation_id="actOnEntry",
    response_model=ActOut,
    openapi_extra=schema_of(ActIn),
)
async def act(
    request: Request, entry_id: str, name: str, actor: Official, key: Key = None
) -> Response:
    """Do an act on an entry, or propose it. 409 when the entry changed since `stamp`."""
    app = request.app.state
    body = await read_body(request, ActIn)

    async def work(session: AsyncSession) -> ActOut:
        given = Shown(body.stamp)
        return _act(await do_act(session, actor, entry_id, name, body.form, given, app.clock))

    return await once(request, actor.id, work)


@router.post(
    "/entry-acts/{act_id}/{answer}",
    operation_id="decideEntryAct",
    response_model=ActOut,
    openapi_extra=schema_of(CommentIn),
)
async def decide(
    request: Request, act_id: str, answer: Literal["approve", "drop"], actor: Official
) -> ActOut:
    """Approve a proposal as the second person; or drop it: withdraw one's own, return another's."""
    app = request.app.state
    body = await read_body(request, CommentIn)
    change = approve_act if answer == "approve" else drop_act
    async with app.database.session() as session:
        row = await change(session, actor, act_id, body.comment, app.clock)
        await session.commit()
        return _act(row)


async def _entry(request: Request, session: AsyncSession, actor: Actor, entry_id: str) -> EntryOut:
    today = jst_date(request.app.state.clock())
    opened = await entry_at_desk(session, actor, entry_id, today)
    package = await package_of(session, opened, today)
    acts = package.register.acts if package is not None and package.register else {}
    return EntryOut(
        id=opened.id,
        register_name=opened.now.register,
        number=opened.now.number,
        agency=opened.now.agency_id,
        stamp=opened.stamp,
        spans=[
            SpanOut(
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                status=row.status,
                number=row.number,
                holder=row.organisation_name,
                columns={name: plain(value) for name, value in row.columns.items()},
                recorded_at=row.recorded_at,
            )
            for row in opened.rows
        ],
        offered=[
            OfferedOut(
                name=found.name,
                kind=found.spec.kind,
                label=dict(found.spec.label),
                approve=list(found.spec.approve),
                form=[
                    QuestionOut(name=name, type=field.type, label=dict(field.label))
                    for name, field in form_of_act(found, opened).items()
                ],
            )
            for found in acts.values()
            if opened.roles & {*found.spec.by}
        ],
        acts=[_act(row) for row in await acts_of(session, entry_id)],
    )


def _act(row: EntryAct) -> ActOut:
    names = ActOut.model_fields
    return ActOut.model_validate({name: getattr(row, name) for name in names})
