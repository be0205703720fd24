"""API types of the desk."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from madoguchi.cases.desk.clock import Standing
from madoguchi.cases.desk.tray import CaseRow
from madoguchi.cases.desk.view import CaseView
from madoguchi.cases.transition import bound_hash

Text = dict[str, str]


class ClockOut(BaseModel):
    """How a case stands against its standard period (標準処理期間), in open days."""

    kind: str = Field(description="running | soon | late | paused | none | done")
    days: int | None = Field(description="Open days left, or over when late.")
    due_on: date | None


class TrayLine(BaseModel):
    """One case of the tray (案件)."""

    id: str
    arrival_number: str
    arrived_at: datetime
    procedure_id: str
    title: Text
    applicant: str
    agency: str
    state: str
    state_label: Text
    stage: str = Field(description="work | approval | applicant | done")
    outcome: str | None
    clock: ClockOut
    act_by: datetime | None = Field(description="When the time of the present state is over.")
    late: bool = Field(description="Something was sent after its time.")
    assignee: str | None


class TrayOut(BaseModel):
    """A page of the tray; `next` is the cursor of the one behind it."""

    items: list[TrayLine]
    next: str | None


class CheckOut(BaseModel):
    """One automatic check: passed | failed | unknown | not_applicable."""

    id: str
    pointer: str
    severity: str
    result: str
    message: Text


class ActionOut(BaseModel):
    """What this official may do; `refusal` says why it cannot be done now."""

    name: str
    label: Text
    content_hash: str = Field(description="Send it back with the action: it binds the decision.")
    refusal: Text | None


class ComingOut(BaseModel):
    """What the system will do by itself, and when."""

    name: str
    label: Text
    due: datetime


class StepOut(BaseModel):
    """One step of an approval route (決裁ルート)."""

    action: str
    step: str
    label: Text
    role: str
    state: str = Field(description="passed | current | waiting | skipped")
    actor: str | None
    proxy: bool
    reviewed: bool


class LetterOut(BaseModel):
    """A letter that was issued; `sha256` is the PDF's, null while it is being set."""

    id: str
    key: str
    title: Text
    number: str
    content_hash: str
    sha256: str | None
    issued_at: datetime


class DeskCase(TrayLine):
    """A case as its officials see it."""

    digest: str
    revision: int
    content_hash: str
    data: dict[str, Any]
    attached: dict[str, list[dict[str, Any]]]
    provenance: dict[str, Any]
    checks: list[CheckOut]
    faults: list[dict[str, Any]]
    actions: list[ActionOut]
    coming: list[ComingOut]
    route: list[StepOut] = Field(description="The steps of the approval route, if it has one.")
    letters: list[LetterOut]
    decision: dict[str, Any]
    correction: dict[str, Any] | None


class DeskActionIn(BaseModel):
    """An official's act: its form, and what was seen. Everything but `form` may be left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"form": {"conditions": "夜間は停止すること"}, "expected_revision": 1}]
        },
    )

    form: dict[str, Any] = Field(default_factory=dict)
    expected_revision: int | None = Field(default=None, ge=1, le=1_000_000)
    expected_content_hash: str | None = Field(default=None, max_length=100)
    expected_state: str | None = Field(default=None, max_length=64)


class TogetherCase(BaseModel):
    """One case of an act on many: `content_hash` as GET …/cases/{id} gave it with the action."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=26)
    content_hash: str = Field(max_length=100)


class TogetherIn(BaseModel):
    """One act on many cases: all of them or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "form": {},
                    "cases": [{"id": "01J000000000000000000000AA", "content_hash": "sha256:…"}],
                }
            ]
        },
    )

    form: dict[str, Any] = Field(default_factory=dict)
    cases: list[TogetherCase] = Field(min_length=1, max_length=200)


class TogetherOut(BaseModel):
    """The cases as they stand after the act: id → state."""

    states: dict[str, str]


class AssigneeIn(BaseModel):
    """Who is to handle the case; null gives it back."""

    model_config = ConfigDict(extra="forbid")

    assignee: str | None = Field(max_length=26)


def line_out(row: CaseRow, label: Text, stands: Standing) -> TrayLine:
    """One line of the tray."""
    return TrayLine(
        id=row.id,
        arrival_number=row.arrival_number,
        arrived_at=row.arrived_at,
        procedure_id=row.procedure_id,
        title=row.title,
        applicant=row.organisation_name or row.filer_name,
        agency=row.agency_id,
        state=row.state,
        state_label=label,
        stage=row.stage,
        outcome=row.outcome,
        clock=ClockOut(kind=stands.kind, days=stands.days, due_on=stands.due_on),
        act_by=row.act_by,
        late=row.late,
        assignee=row.assignee_id,
    )


def case_out(view: CaseView) -> DeskCase:
    """A case in full."""
    case = view.case
    line = line_out(case, view.state.label, view.standing)  # type: ignore[arg-type]
    return DeskCase(
        **line.model_dump(),
        digest=case.digest,
        revision=case.revision,
        content_hash=case.content_hash,
        data=case.data,
        attached=case.attached,
        provenance=case.provenance,
        checks=[
            CheckOut(
                id=item.id,
                pointer=item.pointer,
                severity=item.severity,
                result=item.result,
                message=item.message,
            )
            for item in view.checks
        ],
        faults=[
            {"pointer": pointer, "message": message, "severity": severity}
            for pointer, message, severity in view.faults
        ],
        actions=[
            ActionOut(
                name=item.action.name,
                label=item.label,
                content_hash=bound_hash(case, item.action),
                refusal=item.refusal,
            )
            for item in view.actions
        ],
        coming=[
            ComingOut(name=item.action.name, label=item.action.label, due=item.due)
            for item in view.coming
        ],
        route=_steps(view),
        letters=[
            LetterOut(
                id=letter.id,
                key=letter.key,
                title=letter.title,
                number=letter.number,
                content_hash=letter.content_hash,
                sha256=letter.sha256,
                issued_at=letter.issued_at,
            )
            for letter in view.letters
        ],
        decision=case.decision,
        correction=case.correction,
    )


def _steps(view: CaseView) -> list[StepOut]:
    return [
        StepOut(
            action=route.action.name,
            step=item.step.id,
            label=item.step.label,
            role=item.step.role,
            state=item.state,
            actor=item.act.actor if item.act is not None else None,
            proxy=item.act is not None and item.act.proxy,
            reviewed=item.reviewed is not None,
        )
        for route in view.routes
        for item in route.steps
    ]
