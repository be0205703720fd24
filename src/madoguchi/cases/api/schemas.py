"""API types of filing; examples are of the published procedures."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from madoguchi.cases.filing.evaluating import Judged
from madoguchi.cases.models import Case, Draft
from madoguchi.procedures.service import Fault, Package

Id = Annotated[str, Field(min_length=26, max_length=26)]
Attached = dict[str, list[Id]]


class FilingIn(BaseModel):
    """A filing (申請・届出): answers by field name, files by attachment key or field pointer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "data": {"site_name": "川崎工場", "site": {"prefecture": "神奈川県"}},
                    "attached": {"plan": ["01JZ8Q4D7V3M2N1K0H9G8F7E6D"]},
                }
            ]
        },
    )

    data: dict[str, Any] = Field(description="Answers; numbers may be texts, dates may be 和暦.")
    attached: Attached = Field(
        default_factory=dict, description="Ids of uploaded files (POST /api/v1/files)."
    )
    catalogue_id: str | None = Field(default=None, max_length=40)
    digest: str | None = Field(
        default=None, description="Refuse when another version of the procedure is in force."
    )


class DraftIn(BaseModel):
    """A new draft (下書き)."""

    model_config = ConfigDict(extra="forbid")

    procedure_id: str = Field(max_length=64)
    catalogue_id: str | None = Field(default=None, max_length=40)


class DraftContent(BaseModel):
    """What of a draft its owner writes; it is kept exactly as sent, also when wrong."""

    model_config = ConfigDict(extra="forbid")

    entered: dict[str, Any]
    attached: Attached | None = None


class ActionIn(BaseModel):
    """An act of the applicant: `form` for simple ones; `data` and `attached` to send again."""

    model_config = ConfigDict(extra="forbid")

    form: dict[str, Any] = Field(default_factory=dict)
    data: dict[str, Any] | None = None
    attached: Attached | None = None


class FaultOut(BaseModel):
    """Something to be put right: where (JSON Pointer with row ids), what, how grave."""

    pointer: str
    code: str
    message: dict[str, str]
    severity: str


class VerdictOut(BaseModel):
    """The verdict of the engine; the pages show the same."""

    procedure_id: str
    digest: str
    valid: bool
    data: dict[str, Any]
    errors: list[FaultOut]
    warnings: list[FaultOut]
    relevant: list[str]
    required: list[str]
    calculated: list[str]
    attachments: dict[str, dict[str, Any]]
    fees: list[dict[str, Any]]
    authority: str | None
    via: str | None = None


class DraftOut(BaseModel):
    """A draft; `revision` is its ETag."""

    id: str
    procedure_id: str
    digest: str
    title: dict[str, str]
    case_id: str | None
    revision: int
    entered: dict[str, Any]
    attached: dict[str, list[dict[str, Any]]]
    points: list[str]
    created_at: datetime
    updated_at: datetime


class CaseOut(BaseModel):
    """A filing that has arrived (案件), as its applicant may see it."""

    id: str
    arrival_number: str
    arrived_at: datetime
    procedure_id: str
    digest: str
    kind: str
    title: dict[str, str]
    agency: str
    state: str
    state_label: dict[str, str]
    waits_for: str
    outcome: str | None
    due_on: date | None
    act_by: datetime | None = Field(description="When the time of the present state is over.")
    late: bool = Field(description="Something was sent after its time.")
    content_hash: str
    revision: int
    agent: str | None
    filed_by: str = Field(description="who filed it: the agent, where there is one")
    on_behalf_of: str | None = Field(description="the organisation an agent filed for")
    branch: str | None = Field(
        default=None, description="the branch of the organisation whose filing it is"
    )
    erased_at: datetime | None = Field(
        default=None, description="When its content was erased (消去); what is left is this."
    )


class CaseDetail(CaseOut):
    """A filing with what was filed and what may be done."""

    data: dict[str, Any]
    attached: dict[str, list[dict[str, Any]]]
    omitted: dict[str, dict[str, str]]
    correction: dict[str, Any] | None
    actions: list[str]


class CaseList(BaseModel):
    """One page of filings; `next` is the cursor of the following page."""

    items: list[CaseOut]
    next: str | None


class JournalOut(BaseModel):
    """One entry of the journal, as the applicant may see it."""

    seq: int
    at: datetime
    action: str
    by: str
    actor_name: str | None
    agent: str | None = Field(default=None, description="through whom the applicant acted")
    from_: str | None = Field(alias="from")
    to: str | None
    revision: int | None
    content_hash: str | None
    note: str | None
    leaf_hash: str


def fault_out(fault: Fault) -> FaultOut:
    """A fault of the engine."""
    return FaultOut(
        pointer=fault.pointer,
        code=fault.code,
        message=dict(fault.message),
        severity=fault.severity,
    )


def verdict_out(judged: Judged) -> VerdictOut:
    """A verdict as JSON."""
    verdict, package = judged.evaluation, judged.package
    return VerdictOut(
        procedure_id=package.id,
        digest=package.digest,
        valid=verdict.valid,
        data=dict(verdict.data),
        errors=[fault_out(fault) for fault in verdict.errors],
        warnings=[fault_out(fault) for fault in verdict.warnings],
        relevant=sorted(verdict.relevant),
        required=sorted(verdict.required),
        calculated=sorted(verdict.calculated),
        attachments={
            key: {"state": found.state, "label": dict(found.label), "reason": found.reason}
            for key, found in verdict.attachments.items()
        },
        fees=[
            {"id": fee.id, "label": dict(fee.label), "amount": fee.amount, "due": fee.due}
            for fee in verdict.fees
        ],
        authority=verdict.authority,
        via=verdict.via,
    )


def draft_out(draft: Draft) -> DraftOut:
    """A draft as JSON."""
    return DraftOut(
        id=draft.id,
        procedure_id=draft.procedure_id,
        digest=draft.digest,
        title=draft.title,
        case_id=draft.case_id,
        revision=draft.revision,
        entered=draft.entered,
        attached=draft.attached,
        points=draft.points,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
    )


def case_out(case: Case, package: Package) -> CaseOut:
    """A case as JSON, for its applicant."""
    return CaseOut(**_case(case, package))


def case_detail(case: Case, package: Package, actions: list[str]) -> CaseDetail:
    """A case with its content, for its applicant."""
    return CaseDetail(
        **_case(case, package),
        data=case.data,
        attached=case.attached,
        omitted=case.omitted,
        correction=case.correction if case.waits_for == "applicant" else None,
        actions=actions,
    )


def _case(case: Case, package: Package) -> dict[str, Any]:
    return {
        "id": case.id,
        "arrival_number": case.arrival_number,
        "arrived_at": case.arrived_at,
        "procedure_id": case.procedure_id,
        "digest": case.digest,
        "kind": case.kind,
        "title": case.title,
        "agency": case.agency_id,
        "state": case.state,
        "state_label": dict(package.machine.states[case.state].label),
        "waits_for": case.waits_for,
        "outcome": case.outcome,
        "due_on": case.due_on,
        "act_by": case.act_by,
        "late": case.late,
        "content_hash": case.content_hash,
        "revision": case.revision,
        "agent": case.agent_name,
        "filed_by": case.agent_name or case.filer_name,
        "on_behalf_of": case.organisation_name if case.agent_name else None,
        "branch": case.branch_id,
        "erased_at": case.erased_at,
    }
