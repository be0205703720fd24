"""A form made into a checked package (検査済みの取込): written, compiled, and whatever failed told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.importers.as_yaml import as_yaml
from madoguchi.procedures.importers.form import Form
from madoguchi.procedures.importers.losses import Loss, Losses
from madoguchi.procedures.importers.places import Places
from madoguchi.procedures.importers.writing import Plain, Settings, written
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import MAIN, Loaded, load
from madoguchi.procedures.package.source import PackageFault, read_yaml


class Unimportable(Exception):
    """A file that is no form, or a form that came to no package; the message says why."""


@dataclass(frozen=True)
class Imported:
    """A package made from a form. `rules`: conditions of the source, and how many became FEEL."""

    files: dict[str, str]
    package: Package
    places: Places
    losses: list[Loss]
    rules: tuple[int, int]


def packaged(form: Form, settings: Settings) -> Imported:
    """The package of a form, compiled. Raises Unimportable when it does not compile."""
    found = written(form, settings)
    if not found.places.every:
        raise Unimportable("it asks nothing and says nothing")
    loaded = _loaded(found.data)
    while loaded.package is None and all(f.code.startswith("rule-") for f in loaded.errors):
        if not _leave_out(found.data, loaded.errors, form.losses):
            break
        loaded = _loaded(found.data)
    if loaded.package is None:
        faults = "; ".join(str(fault) for fault in loaded.errors[:3])
        raise Unimportable(f"the package does not compile: {faults}")
    rules = (found.ruling.conditions, found.ruling.translated)
    files = dict(loaded.package.files)
    return Imported(files, loaded.package, found.places, form.losses.items, rules)


def _loaded(data: Plain) -> Loaded:
    return load({MAIN: as_yaml(data)}, "v1")


def _leave_out(data: Plain, faults: Sequence[PackageFault], losses: Losses) -> int:
    """Take the rules with faults out of the package, and tell; how many they were."""
    positions = read_yaml(as_yaml(data), MAIN).positions
    told = {(fault.line, fault.column): fault.message for fault in faults}
    checks, gone = data.get("checks", []), []
    for path, position in positions.items():
        if position not in told or not path or path[0] not in ("data", "decisions", "checks"):
            continue
        holder: Any = data
        key = path[-1]
        for step in path[:-1]:
            holder = holder[step]
        where = ".".join(str(step) for step in path[1:-1] if step != "columns") or str(key)
        if path[0] == "checks":  # as a whole: without its condition it would demand too much
            gone.append(holder)
            where = holder["on"]
        if not isinstance(holder[key], str):
            continue
        losses.lost(where, "rule", f"is no sound rule here: {told.pop(position)}", holder[key])
        if path[0] == "decisions":
            holder[key] = "1 = 1"
        elif path[0] == "data":
            del holder[key]
    data["checks"] = [check for check in checks if check not in gone]
    return len(faults) - len(told)
