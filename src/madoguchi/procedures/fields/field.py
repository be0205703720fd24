"""The compiled question, and the fault an answer can have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.spec import FieldSpec

Rule = Callable[[Mapping[str, object]], object]


@dataclass(frozen=True)
class Field:
    """One question of a form (項目), with its rules compiled."""

    name: str
    type: str
    label: Text
    spec: FieldSpec
    kind: feel.Type = feel.ANY
    relevant: Rule | None = None
    required: Rule | None = None
    calculate: Rule | None = None
    default: Rule | None = None
    prefill: Rule | None = None
    minimum: Rule | None = None
    maximum: Rule | None = None
    columns: Mapping[str, "Field"] = field(default_factory=dict)
    column_order: tuple[str, ...] = ()
    parts: Mapping[str, "Field"] = field(default_factory=dict)

    @property
    def for_officials(self) -> bool:
        """Whether only officials see and fill it."""
        return self.spec.visible_to is not None


class InputFault(Exception):
    """An answer that cannot be taken as it is: a code of `messages.MESSAGES` and what fills it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Fault:
    """Something to be put right in a filing: where (JSON Pointer), what, and how grave.

    `severity` is error (cannot be filed), warning (can be filed, should be looked at) or info.
    """

    pointer: str
    code: str
    message: Text
    severity: str = "error"
