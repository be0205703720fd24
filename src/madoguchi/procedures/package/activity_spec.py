"""The shape of `register.activity:`, and what is wrong with one (docs/reference/package-format.md)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from madoguchi.procedures.package.shapes import Name, Spec, Text
from madoguchi.procedures.package.source import PackageFault, Source

if TYPE_CHECKING:
    from madoguchi.procedures.package.register_spec import RegisterSpec

Kind = Literal["certification", "commendation", "procurement", "subsidy"]
_EVERY = ("title", "day", "note")
_FILLED: Mapping[Kind, tuple[str, ...]] = {
    "certification": (*_EVERY, "target", "category"),
    "commendation": (*_EVERY, "target", "category"),
    "procurement": (*_EVERY, "amount"),
    "subsidy": (*_EVERY, "target", "amount"),
}


class ActivitySpec(Spec):
    """As what a corporation's registration is told in the registry of corporations (法人活動情報).

    `title`: what it is called there; left out: as the register. `columns`: which public column of
    the register fills title, day, target, category, amount or note.
    """

    kind: Kind
    title: Text | None = None
    columns: dict[str, Name] = {}


def activity_faults(register: "RegisterSpec", source: Source) -> Iterator[PackageFault]:
    """An activity tells what a procedure enters, from columns that are there and public."""
    activity = register.activity
    if activity is None:
        return
    if register.action != "enter":
        text = "`activity:` belongs to the procedure that enters: action: enter"
        yield source.fault(("register", "activity"), "activity-action", text)
    for filled, name in activity.columns.items():
        path = ("register", "activity", "columns", filled)
        known = _FILLED[activity.kind]
        if filled not in known:
            text = f"a {activity.kind} has no “{filled}”; it has {', '.join(sorted(known))}"
            yield source.fault(path, "activity-field", text)
        column = register.columns.get(name)
        if column is None:
            yield source.fault(path, "activity-column", f"the register has no column “{name}”")
        elif not column.public:
            text = f"the column “{name}” is not public: what is told to everybody must be"
            yield source.fault(path, "activity-private", text)
