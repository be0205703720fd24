"""The shape of `register.ledgers:` and `endorsements:` (docs/reference/package-format.md)."""

from typing import Annotated

from pydantic import Field

from madoguchi.kernel.periods import PATTERN
from madoguchi.procedures.package.crosscase_spec import ToleranceSpec
from madoguchi.procedures.package.shapes import Id, Name, Rule, Spec, Text


class LedgerItemsSpec(Spec):
    """The items a ledger counts apart (品目): the rows of a column of the register."""

    of: Name
    key: Rule
    name: Rule | None = None
    unit: Rule | None = None


class RecorderSpec(Spec):
    """Who may record uses: a role at the agency of the registration, or at a named one."""

    role: str = Field(min_length=1, max_length=40)
    agency: Id | None = None


class LedgerSpec(Spec):
    """What a registration allows and how much of it is left (裏書・残高)."""

    label: Text
    unit: Text | None = None
    opening: Rule
    items: LedgerItemsSpec | None = None
    decimals: int = Field(default=3, ge=0, le=6)
    tolerance: ToleranceSpec = ToleranceSpec()
    hold: Annotated[str, Field(pattern=f"^{PATTERN}$")] | None = None
    recorded_by: list[RecorderSpec] = [RecorderSpec(role="examiner")]
    public: bool = False


class EndorsementSpec(Spec):
    """A use of ledgers that a filing tells (裏書): of which registration, how much of what."""

    entry: Name
    amounts: dict[Name, Rule] = Field(min_length=1)
    rows: Name | None = None
    item: Rule | None = None
    reference: Rule | None = None
    on: Rule | None = None
