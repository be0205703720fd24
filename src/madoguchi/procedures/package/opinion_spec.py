"""The shape of `workflow: opinions:` (意見照会): what other agencies are asked before a decision."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from madoguchi.kernel.periods import PATTERN
from madoguchi.procedures.package.shapes import Name, Rule, Spec, Text, Words

Span = Annotated[str, Field(pattern=f"^{PATTERN}$")]


def _join(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class OpinionSpec(Spec):
    """One thing agencies are asked; each is a task of its own with its own time."""

    label: Text
    question: Text | None = None
    to: Rule | None = None
    choose: Words = []
    from_: Words = Field(default=[], alias="from")
    by: Words = ["examiner"]
    role: str = "examiner"
    within: Span | None = None
    remind: Span | None = None
    join: Annotated[str, BeforeValidator(_join), Field(pattern=r"^(all|any|[1-9]\d?)$")] = "all"
    overdue: Literal["wait", "pass"] = "wait"
    sees: list[Name] | None = None
    form: dict[Name, dict[str, Any]] = {}

    @model_validator(mode="after")
    def asks_somebody(self) -> "OpinionSpec":
        """Agencies come from a rule or are chosen; time limits need a period."""
        if bool(self.to) == bool(self.choose):
            raise ValueError("needs either `to:` (a rule) or `choose:` (agencies to choose from)")
        if self.within is None and (self.remind is not None or self.overdue == "pass"):
            raise ValueError("`remind:` and `overdue: pass` go with `within:`")
        return self
