"""XGov's conditions to trees (条件の読取): fields, operators, and/or, names of other conditions."""

from collections.abc import Mapping
from typing import Any

from madoguchi.procedures.importers.expression import Expression, Ref, Untranslatable, both, either
from madoguchi.procedures.importers.reading import listed, mapping
from madoguchi.procedures.importers.wording import compared


def trees(definitions: object) -> dict[str, Expression | Untranslatable]:
    """Every condition of a form by its name; those without counterpart with the reason."""
    raw = {
        item["name"]: item.get("value")
        for item in map(mapping, listed(definitions))
        if isinstance(item.get("name"), str)
    }
    found: dict[str, Expression | Untranslatable] = {}
    for name in raw:
        try:
            found[name] = _tree(raw[name], raw, (name,))
        except Untranslatable as fault:
            found[name] = fault
    return found


def _tree(value: object, raw: Mapping[str, Any], seen: tuple[str, ...]) -> Expression:
    if isinstance(value, str):
        raise Untranslatable("a condition written as an expression")
    if not isinstance(value, Mapping) or not isinstance(value.get("conditions"), list):
        raise Untranslatable("a condition of an unknown shape")
    # `a or b and c`: and binds closer, as in the expressions the builder makes of it.
    groups: list[list[Expression]] = []
    for item in value["conditions"]:
        part = _part(item, raw, seen)
        if groups and mapping(item).get("coordinator") == "and":
            groups[-1].append(part)
        else:
            groups.append([part])
    if not groups:
        raise Untranslatable("a condition without parts")
    return either([both(group) for group in groups])


def _part(item: object, raw: Mapping[str, Any], seen: tuple[str, ...]) -> Expression:
    if not isinstance(item, Mapping):
        raise Untranslatable("a condition of an unknown shape")
    named = item.get("conditionName")
    if isinstance(named, str):
        if named in seen or named not in raw:
            raise Untranslatable(f"the condition “{named}”, which is not there")
        return _tree(raw[named], raw, (*seen, named))
    if "conditions" in item:
        return _tree(item, raw, seen)
    name, value = mapping(item.get("field")).get("name"), item.get("value")
    if not isinstance(name, str):
        raise Untranslatable("a condition about no field")
    if isinstance(value, Mapping):
        if value.get("type") not in (None, "Value"):
            raise Untranslatable(f"a value of type {value.get('type')}")
        value = value.get("value")
    # Before a dot stands the field's section, which we do not keep.
    return compared(Ref((name.rpartition(".")[2],), "near"), str(item.get("operator")), value)
