"""What an evaluation says about a filing: plain data, read by pages, API, letters and tests alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Fault


@dataclass(frozen=True)
class FileRef:
    """A file that came with a filing: stored, hashed, its real type known."""

    sha256: str
    name: str
    size: int
    type: str


@dataclass(frozen=True)
class AttachmentState:
    """What is asked of an attachment now: required | optional | omitted | none (not relevant)."""

    state: str
    label: Text
    reason: Text | None
    files: Sequence[FileRef]


@dataclass(frozen=True)
class FeeDue:
    """A fee that falls due with these answers, in whole yen."""

    id: str
    label: Text
    amount: int
    due: str
    law: str
    within: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """The verdict on a filing.

    `values` are typed (Decimal, date …) and hold relevant fields only; `data` is the same as plain
    JSON: what is filed. Pointers are JSON Pointers with row ids.
    """

    values: Mapping[str, object]
    data: Mapping[str, object]
    relevant: frozenset[str]
    required: frozenset[str]
    calculated: frozenset[str]
    decisions: Mapping[str, object]
    faults: tuple[Fault, ...]
    attachments: Mapping[str, AttachmentState]
    fees: tuple[FeeDue, ...]
    authority: str | None
    via: str | None = None
    context: Mapping[str, object] = field(repr=False, default_factory=dict)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that keep it from being filed."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that should be looked at."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")

    @property
    def valid(self) -> bool:
        """Whether it may be filed."""
        return not self.errors

    def faults_at(self, pointer: str) -> tuple[Fault, ...]:
        """The faults at a place and below it."""
        return tuple(
            f for f in self.faults if f.pointer == pointer or f.pointer.startswith(pointer + "/")
        )
