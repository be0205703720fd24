"""A compiled package: everything the engine needs at run time, immutable, one per digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.package.act_spec import ActSpec
from madoguchi.procedures.package.collected import Collection
from madoguchi.procedures.package.compile_inspection import Inspections
from madoguchi.procedures.package.crosscase import Duplicates, Match, Quota
from madoguchi.procedures.package.duties import About, Obligation
from madoguchi.procedures.package.ledgers import Endorsement, Ledger
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.package.spec import (
    AttachmentSpec,
    MessageSpec,
    ProcedureSpec,
)
from madoguchi.procedures.workflow.machine import Machine


@dataclass(frozen=True)
class Section:
    """Questions of a page that stand together under a heading (見出し)."""

    title: Text
    fields: frozenset[str]
    help: Text | None = None


@dataclass(frozen=True)
class Page:
    """One topic of the form (ページ)."""

    id: str
    title: Text
    fields: tuple[str, ...]
    help: Text | None = None
    sections: tuple[Section, ...] = ()

    def section_of(self, name: str) -> Section | None:
        """The section a field of the page stands in."""
        return next((section for section in self.sections if name in section.fields), None)


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
    within: str | None = None


@dataclass(frozen=True)
class Act:
    """An official act on an entry (職権による処分): its form asks also the day and how it was heard."""

    name: str
    spec: ActSpec
    form: Mapping[str, Field]
    guard: Rule | None
    sets: Mapping[str, Rule]


@dataclass(frozen=True)
class Register:
    """What a decision writes into a register (登録簿)."""

    spec: RegisterSpec
    columns: Mapping[str, Rule]
    valid_until: Rule | None
    kind: Rule | None
    entry: Rule | None
    effective: Rule | None
    ledgers: Mapping[str, Ledger]
    acts: Mapping[str, Act]


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
    via: Rule | None
    governed_by: Rule | None
    machine: Machine
    register: Register | None
    inspections: Inspections | None
    about: About
    duplicates: Duplicates | None
    quotas: Mapping[str, Quota]
    matches: Mapping[str, Match]
    endorsements: Mapping[str, Endorsement]
    obligations: Mapping[str, Obligation]
    collections: Mapping[str, Collection]
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
