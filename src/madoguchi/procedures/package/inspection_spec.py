"""The shape of `inspections:` (立入検査): which entries of the register to visit, and what is asked."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from madoguchi.procedures.package.shapes import Id, LawSpec, LetterSpec, Name, Rule, Spec, Text

NOTICE, RESULT = "notice", "result"


class FactorSpec(Spec):
    """One reason to visit (リスク要因): `points` is FEEL over the entry and its history."""

    label: Text
    points: Rule


class ItemSpec(Spec):
    """One item of the checklist (検査項目); a number outside its limits does not conform."""

    text: Text
    help: Text | None = None
    law: LawSpec | None = None
    answer: Literal["conformity", "number", "text", "photo"] = "conformity"
    required: bool = True
    unit: Text | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    decimals: int = Field(default=3, ge=0, le=9)

    @model_validator(mode="after")
    def limits_of_numbers(self) -> "ItemSpec":
        """Limits and a unit belong to numbers; the lower limit is not above the upper."""
        limits = (self.min, self.max, self.unit)
        if self.answer != "number" and any(limit is not None for limit in limits):
            raise ValueError("`unit`, `min` and `max` are for `answer: number`")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("`min` is above `max`")
        return self


class SectionSpec(Spec):
    """One page of the checklist (検査の区分)."""

    id: Id
    title: Text
    help: Text | None = None
    items: dict[Name, ItemSpec] = Field(min_length=1)


class SeveritySpec(Spec):
    """How grave a finding is (指摘の区分), and what follows from it.

    `disposition`: it is a disposition (不利益処分); the holder must have been heard first
    (行政手続法 第13条).
    """

    label: Text
    report: bool = True
    days: int | None = Field(default=None, ge=1, le=1000)
    letter: Name | None = None
    disposition: bool = False


def _severities() -> dict[str, SeveritySpec]:
    return {
        "remark": SeveritySpec(label={"ja": "口頭注意", "en": "Oral remark"}, report=False),
        "guidance": SeveritySpec(label={"ja": "行政指導", "en": "Guidance"}),
        "instruction": SeveritySpec(label={"ja": "改善指示", "en": "Instruction"}),
    }


class InspectionsSpec(Spec):
    """On-site inspections of the entries of a register (立入検査)."""

    title: Text
    law: list[LawSpec] = Field(min_length=1)
    every: Annotated[str, Field(pattern=r"^P[1-9]\d?[YM]$")] | None = None
    incidents: list[Id] = []
    sites: Rule | None = None
    identity_card: Text
    risk: dict[Name, FactorSpec] = Field(min_length=1)
    checklist: list[SectionSpec] = Field(min_length=1)
    severities: dict[Name, SeveritySpec] = Field(default_factory=_severities, min_length=1)
    improvement_days: int = Field(default=30, ge=1, le=1000)
    remind_days: int = Field(default=7, ge=1, le=100)
    letters: dict[Name, LetterSpec]


class InspectionTrial(Spec):
    """A test of inspections: an entry with its history, and answers given at a visit."""

    entry: dict[str, Any] = {}
    history: dict[str, Any] = {}
    answers: dict[str, Any] = {}
