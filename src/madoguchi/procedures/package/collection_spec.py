"""The shape of `collections:`: what is made of the accepted filings of a period (取りまとめ)."""

from typing import Annotated, Literal

from pydantic import Field

from madoguchi.procedures.package.shapes import Id, LawSpec, Name, Rule, Spec, Text, Words
from madoguchi.procedures.periods import PeriodKind


class CollectedSpec(Spec):
    """Filings that go in (元になる届出): which procedure, which rows, what each line tells."""

    procedure: Id | None = None
    rows: Name | None = None
    when: Rule | None = None
    line: dict[Name, Rule] = Field(min_length=1)


class CollectedColumnSpec(Spec):
    """A column of what comes out (列)."""

    label: Text
    type: Literal["text", "integer", "decimal", "date"] = "text"
    unit: Text | None = None
    required: bool = False


class ContradictionSpec(Spec):
    """What must hold of each row that comes out (矛盾の点検)."""

    must: Rule
    message: Text
    severity: Literal["error", "warning"] = "warning"


class OutputSpec(Spec):
    """The file (出力): XML by a template, valid by a schema; CSV or JSON of the columns."""

    format: Literal["xml", "csv", "json"]
    template: str | None = None
    schema_file: str | None = Field(default=None, alias="schema")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._{}-]{1,80}$")] = "{collection}-{period}"


class CollectionSpec(Spec):
    """A declaration or statistic made of many filings (取りまとめ)."""

    title: Text
    summary: Text | None = None
    law: list[LawSpec] = []
    period: PeriodKind
    agency: Id
    roles: Words = ["approver", "manager"]
    from_: list[CollectedSpec] = Field(alias="from", min_length=1)
    group: list[Name] = []
    totals: dict[Name, Rule] = {}
    columns: dict[Name, CollectedColumnSpec] = Field(min_length=1)
    checks: dict[Name, ContradictionSpec] = {}
    file: OutputSpec
