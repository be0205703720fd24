"""Lists of options with a name (選択肢の一覧): `options: countries` stands for the list of that name."""

from typing import Any

from madoguchi.procedures.package.source import PackageFault, PathInFile, Source

_PLACES = ("data", "workflow")


def with_lists(source: Source) -> list[PackageFault]:
    """Put the options of `lists:` where fields name them; the faults of names without a list."""
    data = source.data
    if not isinstance(data, dict):
        return []
    lists = data.get("lists") if isinstance(data.get("lists"), dict) else {}
    faults: list[PackageFault] = []
    replaced = {
        place: _filled(data[place], (place,), lists, source, faults)
        for place in _PLACES
        if place in data
    }
    source.data = {**data, **replaced}
    return faults


def _filled(
    value: Any, path: PathInFile, lists: Any, source: Source, faults: list[PackageFault]
) -> Any:
    if not isinstance(value, dict):
        return value
    result = {}
    for key, inner in value.items():
        if key != "options":
            inner = _filled(inner, (*path, key), lists, source, faults)
        elif isinstance(inner, str):
            if inner not in lists:
                faults.append(
                    source.fault((*path, key), "unknown-list", f"there is no list “{inner}”")
                )
            inner = lists.get(inner, {})
        result[key] = inner
    return result
