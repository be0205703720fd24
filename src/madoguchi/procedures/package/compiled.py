"""A compiled package: everything the engine needs at run time, immutable, one per digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.package.spec import (
    AttachmentSpec,
    MessageSpec,
    ProcedureSpec,
    RegisterSpec,
)
from madoguchi.procedures.workflow.machine import Machine


@dataclass(frozen=True)
class Page:
    """One topic of the form (ページ)."""

    id: str
    title: Text
    fields: tuple[str, ...]
    help: Text | None = None


@dataclass(frozen=True)
class Check:
    """A check between answers (点検). `column` is set when it runs once a row of table `field`."""

    id: str
    field: str
    column: str | None
    part: str | None
    must: Rule
    when: Rule | None
    severity: str
    message: Text


@dataclass(frozen=True)
class Attachment:
    """A document to be sent with the filing (添付書類)."""

    key: str
    spec: AttachmentSpec
    required: Rule | None
    relevant: Rule | None
    omit_when: Rule | None


@dataclass(frozen=True)
class Fee:
    """A fee or tax (手数料)."""

    id: str
    label: Text
    amount: Rule
    when: Rule | None
    due: str
    law: str


@dataclass(frozen=True)
class Register:
    """What a decision writes into a register (登録簿)."""

    spec: RegisterSpec
    columns: Mapping[str, Rule]
    valid_until: Rule | None


@dataclass(frozen=True)
class Package:
    """A procedure ready to run (手続)."""

    digest: str
    version: str
    spec: ProcedureSpec
    fields: Mapping[str, Field]
    order: tuple[str, ...]
    pages: tuple[Page, ...]
    decisions: Mapping[str, Rule]
    decision_types: Mapping[str, feel.Type]
    checks: tuple[Check, ...]
    attachments: Mapping[str, Attachment]
    fees: tuple[Fee, ...]
    authority: Rule | str
    machine: Machine
    register: Register | None
    facts: Mapping[str, Rule]
    messages: Mapping[str, MessageSpec]
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        """The procedure's id."""
        return self.spec.id

    @property
    def kind(self) -> str:
        """application | notification | report | declaration | internal."""
        return self.spec.kind

    @property
    def title(self) -> Text:
        """The procedure's name."""
        return self.spec.title

    def open_on(self, day: date) -> bool:
        """Whether filings may begin under this version on a day (施行期間)."""
        effective = self.spec.effective
        return effective.from_ <= day and (effective.to is None or day <= effective.to)

    def field_at(self, pointer: str) -> Field | None:
        """The field a JSON Pointer leads to; row ids are passed over."""
        steps = pointer.strip("/").split("/")
        field = self.fields.get(steps[0])
        for step in steps[1:]:
            if field is None:
                return None
            if step in field.parts:
                field = field.parts[step]
            elif step in field.columns:
                field = field.columns[step]
            elif field.type != "table":
                return None
        return field

    def page_of(self, pointer: str) -> Page | None:
        """The page on which a pointer is answered."""
        name = pointer.strip("/").split("/")[0]
        return next((page for page in self.pages if name in page.fields), None)
