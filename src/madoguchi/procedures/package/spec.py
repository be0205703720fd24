"""The shape of procedure.yaml, key by key (docs/reference/package-format.md says what each means)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from madoguchi.kernel.periods import PATTERN as PERIOD
from madoguchi.procedures.package.collection_spec import CollectionSpec
from madoguchi.procedures.package.crosscase_spec import DuplicatesSpec, MatchSpec, QuotaSpec
from madoguchi.procedures.package.duty_spec import AboutSpec, ObligationSpec
from madoguchi.procedures.package.inspection_spec import InspectionsSpec, InspectionTrial
from madoguchi.procedures.package.ledger_spec import EndorsementSpec
from madoguchi.procedures.package.opinion_spec import OpinionSpec
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.package.retention_spec import RetentionSpec
from madoguchi.procedures.package.round_spec import RoundSpec
from madoguchi.procedures.package.route_spec import RouteSpec
from madoguchi.procedures.package.shapes import (
    Id,
    Language,
    LawSpec,
    LetterSpec,
    Name,
    Rule,
    Spec,
    Text,
    Words,
)


class OptionSpec(Spec):
    """One answer of a choice (選択肢)."""

    label: Text
    help: Text | None = None


def _option(value: object) -> object:
    plain = isinstance(value, str) or (isinstance(value, dict) and "label" not in value)
    return {"label": value} if plain else value


Options = dict[str, Annotated[OptionSpec, BeforeValidator(_option)]]


class FieldSpec(Spec):
    """One question (項目)."""

    type: str
    label: Text | None = None
    help: Text | None = None
    required: Rule | None = None
    relevant: Rule | None = None
    calculate: Rule | None = None
    default: Rule | None = None
    prefill: str | None = None
    readonly: bool = False
    visible_to: Words | None = None
    min: Rule | None = None
    max: Rule | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    pattern_hint: Text | None = None
    characters: Literal["any", "jis", "kana", "ascii"] | None = None
    unit: Text | None = None
    decimals: int | None = Field(default=None, ge=0, le=12)
    options: Options | None = None
    parts: list[str] | None = None
    number: Literal["required", "optional"] | None = None
    columns: dict[Name, "FieldSpec"] | None = None
    item: Text | None = None
    register_name: str | None = Field(default=None, alias="register")
    accept: list[str] | None = None
    max_mb: int | None = Field(default=None, ge=1, le=200)
    statement: Text | None = None
    text: Text | None = None
    tone: Literal["info", "warning", "plain"] | None = None
    source: str | None = None


class SectionSpec(Spec):
    """Questions of a page that stand together under a heading (見出し)."""

    title: Text
    help: Text | None = None
    fields: list[Name] = Field(min_length=1)


class PageSpec(Spec):
    """One topic of the form (ページ)."""

    id: Id
    title: Text
    fields: list[Name]
    help: Text | None = None
    sections: list[SectionSpec] = []


class TableSpec(Spec):
    """A DMN decision table (判定表)."""

    hit: Literal[
        "unique", "any", "first", "priority", "collect", "rule order", "sum", "min", "max", "count"
    ] = "unique"
    inputs: dict[Name, Rule]
    outputs: list[Name] = Field(min_length=1)
    rules: list[list[Rule]] = Field(min_length=1)


class CheckSpec(Spec):
    """A check between answers (点検)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] | None = None
    on: str
    must: Rule
    when: Rule | None = None
    severity: Literal["error", "warning", "info"] = "error"
    message: Text


class AttachmentSpec(Spec):
    """A document to be sent with the filing (添付書類)."""

    label: Text
    help: Text | None = None
    required: Rule | None = None
    relevant: Rule | None = None
    omit_when: Rule | None = None
    omit_reason: Text | None = None
    accept: list[str] = ["pdf", "jpeg", "png", "docx", "xlsx", "csv", "zip"]
    max_mb: int = Field(default=20, ge=1, le=200)
    max_files: int = Field(default=5, ge=1, le=50)


class FeeSpec(Spec):
    """A fee or tax to be paid (手数料・登録免許税)."""

    id: Name
    label: Text
    amount: Rule
    when: Rule | None = None
    due: Literal["filing", "decision"] = "filing"
    within: Annotated[str, Field(pattern=r"^[1-9]\d{0,3} (open days|days|months)$")] | None = None
    law: str = ""


class AuthoritySpec(Spec):
    """Who receives the filing (提出先): an agency, or a rule that gives its id."""

    agency: str | None = None
    rule: Rule | None = None
    via: Rule | None = None
    forward: Annotated[str, Field(pattern=f"^{PERIOD}$")] | None = None
    with_: Rule | None = Field(default=None, alias="with")

    @model_validator(mode="after")
    def one_of(self) -> "AuthoritySpec":
        """Exactly one of `agency` and `rule`; a time to forward only where something is forwarded."""
        if self.forward is not None and self.via is None:
            raise ValueError("`forward:` goes with `via:`")
        if (self.agency is None) == (self.rule is None):
            raise ValueError("needs either `agency:` or `rule:`")
        return self


Effect = dict[
    Literal[
        "message",
        "letter",
        "register",
        "facts",
        "fee",
        "forward",
        "opinion",
        "quota",
        "reserve",
        "ledger",
    ],
    str | bool,
]


class StateSpec(Spec):
    """A state of a case (状態)."""

    label: Text
    clock: Literal["run", "pause", "stop"] = "run"
    waits_for: Literal["applicant", "agency"] = "agency"
    final: bool = False
    outcome: str | None = None
    help: Text | None = None
    phase: Name | None = None
    due: Rule | None = None
    due_label: Text | None = None


class ActionSpec(Spec):
    """Something a person may do to a case in some states (操作)."""

    label: Text
    by: Words
    from_: list[str] = Field(alias="from")
    to: str | None = None
    after: Annotated[str, Field(pattern=f"^{PERIOD}$")] | None = None
    since: Rule | None = None
    at: Rule | None = None
    times: int = Field(default=1, ge=1, le=100)
    help: Text | None = None
    form: dict[Name, FieldSpec] = {}
    guard: Rule | None = None
    guard_message: Text | None = None
    second_person: Words = []
    route: Name | None = None
    effects: list[Effect] = []
    style: Literal["primary", "secondary", "danger"] = "secondary"
    check: bool = False

    @model_validator(mode="after")
    def timed(self) -> "ActionSpec":
        """What the system does it does at a time, and nobody else waits for one."""
        timed = (self.after is not None) + (self.at is not None)
        if timed != ("system" in self.by):
            raise ValueError("`by: system` goes with either `after:` or `at:`, and only it does")
        if "system" in self.by and (len(self.by) > 1 or self.form or self.second_person):
            raise ValueError("`by: system` has no other role, no `form:` and no `second_person:`")
        if self.since is not None and self.after is None:
            raise ValueError("`since:` goes with `after:`")
        if self.times > 1 and (self.after is None or self.to is not None):
            raise ValueError("`times:` goes with `after:` and without `to:`")
        if self.route is not None and not self.second_person:
            raise ValueError("`route:` goes with `second_person:`: the act that proposes")
        return self


class WorkflowSpec(Spec):
    """The workflow: a named pattern, its parameters, and what differs."""

    pattern: str | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    initial: str | None = None
    states: dict[Name, dict[str, Any]] = {}
    actions: dict[Name, dict[str, Any]] = {}
    remove: list[Name] = []
    opinions: dict[Name, OpinionSpec] = {}
    routes: dict[Name, RouteSpec] = {}


class MessageSpec(Spec):
    """A message to the applicant (通知文)."""

    subject: Text
    body: Text


class EffectiveSpec(Spec):
    """From when, and until when, filings may be made under this version (施行期間・経過措置).

    `by`: FEEL giving the day that decides which version applies; left out: the day of arrival.
    `previous_until`: the last day on which drafts begun in earlier versions may be filed there.
    """

    from_: date = Field(alias="from")
    to: date | None = None
    by: Rule | None = None
    previous_until: date | None = None


class TestSpec(Spec):
    """One test of the package (試験)."""

    name: str
    given: str | dict[str, Any] = {}
    inspect: InspectionTrial | None = None
    change: dict[str, Any] = {}
    today: datetime | date | None = None
    facts: dict[str, Any] = {}
    account: dict[str, Any] = {}
    catalogue: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    previous: dict[str, dict[str | int, dict[str, Any]]] = {}
    registers: dict[str, list[dict[str, Any]]] = {}
    duplicate: bool = False
    quotas: dict[str, dict[str, Any]] = {}
    ledgers: dict[str, dict[str, Any]] = {}
    collection: Name | None = None
    filings: list[dict[str, Any]] = []
    obligation: str | None = None
    entry: dict[str, Any] = {}
    period: str | int | None = None
    attached: list[str] | None = None
    run: list[str | dict[str, Any]] | None = None
    expect: dict[str, Any]


Kind = Literal["application", "notification", "report", "declaration", "internal"]


class OriginSpec(Spec):
    """The form of another system that a package was made from (取込元)."""

    format: str
    id: str
    sha256: str = ""


class ProcedureSpec(Spec):
    """procedure.yaml (手続の定義)."""

    id: Id
    kind: Kind
    title: Text
    summary: Text
    audience: Text
    who: Literal["organisation", "person", "anyone", "official"] = "organisation"
    keywords: Words = []
    life_events: Words = []
    law: list[LawSpec] = []
    languages: list[Language] = Field(default=["ja", "en"], min_length=1)
    source: OriginSpec | None = None
    effective: EffectiveSpec
    authority: AuthoritySpec
    standard_period: Annotated[str, Field(pattern=r"^[1-9]\d* (open days|days|months)$")] | None = (
        None
    )
    minutes: int | None = Field(default=None, ge=1, le=600)
    catalogue: list[str] = []
    retention: RetentionSpec | None = None
    pages: list[PageSpec] = []
    lists: dict[Name, Options] = {}
    data: dict[Name, FieldSpec] = Field(min_length=1)
    about: AboutSpec | None = None
    duplicates: DuplicatesSpec | None = None
    quotas: dict[Name, QuotaSpec] = {}
    matches: dict[Name, MatchSpec] = {}
    endorsements: dict[Name, EndorsementSpec] = {}
    renamed: dict[Name, Name] = {}
    decisions: dict[Name, Rule | TableSpec] = {}
    checks: list[CheckSpec] = []
    attachments: dict[Name, AttachmentSpec] = {}
    fees: list[FeeSpec] = []
    rounds: list[RoundSpec] = []
    workflow: WorkflowSpec
    letters: dict[Name, LetterSpec] = {}
    register_: RegisterSpec | None = Field(default=None, alias="register")
    inspections: InspectionsSpec | None = None
    obligations: dict[Name, ObligationSpec] = {}
    collections: dict[Name, CollectionSpec] = {}
    facts: dict[Name, Rule] = {}
    messages: dict[Name, MessageSpec] = {}
    tests: list[TestSpec] = []
