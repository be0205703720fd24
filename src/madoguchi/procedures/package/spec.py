"""The shape of procedure.yaml, key by key (docs/reference/package-format.md says what each means)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _text(value: object) -> object:
    return {"ja": value} if isinstance(value, str) else value


def _rule(value: object) -> object:
    """A rule written as a YAML scalar is the FEEL literal of that scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, date):
        return f'@"{value.isoformat()}"'
    return value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[
    dict[Annotated[str, Field(pattern="^(ja|en)$")], str],
    BeforeValidator(_text),
    Field(min_length=1),
]
Rule = Annotated[str, BeforeValidator(_rule), Field(min_length=1, max_length=4000)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Words = Annotated[list[str], BeforeValidator(_list)]


class Spec(BaseModel):
    """Every part of a package refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LawSpec(Spec):
    """A provision of law the procedure rests on (根拠法令)."""

    act: str
    article: str = ""


class OptionSpec(Spec):
    """One answer of a choice (選択肢)."""

    label: Text
    help: Text | None = None


def _option(value: object) -> object:
    plain = isinstance(value, str) or (isinstance(value, dict) and "label" not in value)
    return {"label": value} if plain else value


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
    options: dict[str, Annotated[OptionSpec, BeforeValidator(_option)]] | None = None
    parts: list[str] | None = None
    number: Literal["required", "optional"] | None = None
    columns: dict[Name, "FieldSpec"] | None = None
    item: Text | None = None
    register_name: str | None = Field(default=None, alias="register")
    accept: list[str] | None = None
    max_mb: int | None = Field(default=None, ge=1, le=200)
    statement: Text | None = None
    text: Text | None = None
    tone: Literal["info", "warning"] | None = None


class PageSpec(Spec):
    """One topic of the form (ページ)."""

    id: Id
    title: Text
    fields: list[Name]
    help: Text | None = None


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
    law: str = ""


class AuthoritySpec(Spec):
    """Who receives the filing (提出先): an agency, or a rule that gives its id."""

    agency: str | None = None
    rule: Rule | None = None

    @model_validator(mode="after")
    def one_of(self) -> "AuthoritySpec":
        """Exactly one of `agency` and `rule`."""
        if (self.agency is None) == (self.rule is None):
            raise ValueError("needs either `agency:` or `rule:`")
        return self


Effect = dict[Literal["message", "letter", "register", "facts", "fee"], str | bool]


class StateSpec(Spec):
    """A state of a case (状態)."""

    label: Text
    clock: Literal["run", "pause", "stop"] = "run"
    waits_for: Literal["applicant", "agency"] = "agency"
    final: bool = False
    outcome: str | None = None
    help: Text | None = None


class ActionSpec(Spec):
    """Something a person may do to a case in some states (操作)."""

    label: Text
    by: Words
    from_: list[str] = Field(alias="from")
    to: str
    help: Text | None = None
    form: dict[Name, FieldSpec] = {}
    guard: Rule | None = None
    guard_message: Text | None = None
    second_person: Words = []
    effects: list[Effect] = []
    style: Literal["primary", "secondary", "danger"] = "secondary"
    check: bool = False


class WorkflowSpec(Spec):
    """The workflow: a named pattern, its parameters, and what differs."""

    pattern: str | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    initial: str | None = None
    states: dict[Name, dict[str, Any]] = {}
    actions: dict[Name, dict[str, Any]] = {}
    remove: list[Name] = []


class LetterSpec(Spec):
    """A letter or certificate (通知書・証明書)."""

    template: str
    title: Text
    number: str = "{office}第{serial}号"
    sign: bool = False


class ColumnSpec(Spec):
    """A column of a register (登録簿の欄)."""

    label: Text
    value: Rule
    public: bool = False


class RegisterSpec(Spec):
    """What a decision writes into a register (登録簿)."""

    name: Id
    title: Text
    action: Literal["enter", "amend", "close"] = "enter"
    entry: str | None = None
    number: str = "{office}-{serial:05}"
    columns: dict[Name, ColumnSpec] = {}
    valid_until: Rule | None = None


class MessageSpec(Spec):
    """A message to the applicant (通知文)."""

    subject: Text
    body: Text


class EffectiveSpec(Spec):
    """From when, and until when, filings may be made under this version (施行期間)."""

    from_: date = Field(alias="from")
    to: date | None = None


class RetentionSpec(Spec):
    """How long the case is kept (保存期間, 公文書管理法施行令 別表)."""

    period: Annotated[str, Field(pattern=r"^P\d+[YM]$")]
    from_: Literal["decision", "effect_end", "closing"] = Field(default="closing", alias="from")


class TestSpec(Spec):
    """One test of the package (試験)."""

    name: str
    given: str | dict[str, Any]
    change: dict[str, Any] = {}
    today: date | None = None
    facts: dict[str, Any] = {}
    account: dict[str, Any] = {}
    catalogue: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    attached: list[str] | None = None
    run: list[str | dict[str, dict[str, Any] | None]] | None = None
    expect: dict[str, Any]


Kind = Literal["application", "notification", "report", "declaration", "internal"]


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
    effective: EffectiveSpec
    authority: AuthoritySpec
    standard_period: Annotated[str, Field(pattern=r"^[1-9]\d* (open days|days|months)$")] | None = (
        None
    )
    minutes: int | None = Field(default=None, ge=1, le=600)
    catalogue: list[str] = []
    retention: RetentionSpec | None = None
    pages: list[PageSpec] = []
    data: dict[Name, FieldSpec] = Field(min_length=1)
    decisions: dict[Name, Rule | TableSpec] = {}
    checks: list[CheckSpec] = []
    attachments: dict[Name, AttachmentSpec] = {}
    fees: list[FeeSpec] = []
    workflow: WorkflowSpec
    letters: dict[Name, LetterSpec] = {}
    register_: RegisterSpec | None = Field(default=None, alias="register")
    facts: dict[Name, Rule] = {}
    messages: dict[Name, MessageSpec] = {}
    tests: list[TestSpec] = []
