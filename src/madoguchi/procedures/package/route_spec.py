"""The shape of `workflow: routes:` (決裁ルート): who approves one after the other, or side by side."""

from typing import Literal

from pydantic import Field, model_validator

from madoguchi.procedures.package.shapes import Name, Rule, Spec, Text, Words


class StepSpec(Spec):
    """One step: whoever has the role approves; `proxy` roles in their absence (代決)."""

    id: Name
    label: Text
    role: str
    kind: Literal["review", "concur", "check", "decide"] = "review"
    proxy: Words = []
    parallel: bool = False
    when: Rule | None = None


class RouteSpec(Spec):
    """The steps in order; the last one decides."""

    steps: list[StepSpec] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def sound(self) -> "RouteSpec":
        """Steps differ by id, the first is not parallel, and the last one always decides."""
        ids = [step.id for step in self.steps]
        if len(set(ids)) < len(ids):
            raise ValueError("two steps have the same `id:`")
        last = self.steps[-1]
        if self.steps[0].parallel or last.parallel or last.when is not None:
            raise ValueError(
                "the first step has nothing to be parallel to; the last always decides"
            )
        return self
