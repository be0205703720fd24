"""The shape of `register:` (docs/reference/package-format.md)."""

from typing import Any, Literal

from madoguchi.procedures.package.activity_spec import ActivitySpec
from madoguchi.procedures.package.ledger_spec import LedgerSpec
from madoguchi.procedures.package.renewal import RenewalSpec
from madoguchi.procedures.package.shapes import Id, Name, Rule, Spec, Text


class ColumnSpec(Spec):
    """A column of a register (登録簿の欄); entries are found by a `key` column's value."""

    label: Text
    value: Rule
    public: bool = False
    key: bool = False


class RegisterSpec(Spec):
    """What a decision writes into a register (登録簿).

    `entry`: FEEL giving the entry it is about, commonly a field of type entry. `effective`: FEEL
    giving the day from which it counts; left out: the day of the decision. `renumber`: who succeeds
    gets a number of their own. `acts`: what differs from the official acts every register has, key
    by key as in `act_spec`; false where there is no such act. `activity`: as what the registration
    of a corporation is told in the registry of corporations.
    """

    name: Id
    title: Text
    action: Literal["enter", "amend", "close", "succeed"] = "enter"
    entry: Rule | None = None
    effective: Rule | None = None
    number: str = "{office}-{serial:05}"
    kind: Rule | None = None
    renumber: bool = False
    columns: dict[Name, ColumnSpec] = {}
    valid_until: Rule | None = None
    ledgers: dict[Name, LedgerSpec] = {}
    renewal: RenewalSpec | None = None
    acts: dict[Name, dict[str, Any] | Literal[False]] = {}
    activity: ActivitySpec | None = None
