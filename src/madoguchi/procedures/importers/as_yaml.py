"""Packages as YAML (YAML の書き出し): as a person would have written it."""

import re
from decimal import Decimal
from typing import Any

import yaml


def as_yaml(data: dict[str, Any]) -> str:
    """The text of procedure.yaml."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes texts without anchors, which our packages refuse."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _map(dumper: Any, value: dict[str, Any]) -> Any:
    """Small maps on one line, those with long or several lines below each other."""
    short = all(isinstance(v, str | int | bool) and "\n" not in str(v) for v in value.values())
    length = sum(len(str(k)) + len(str(v)) for k, v in value.items())
    node = dumper.represent_mapping("tag:yaml.org,2002:map", value.items())
    node.flow_style = bool(value) and short and length < 90
    return node


def _list(dumper: Any, value: list[Any]) -> Any:
    """Lists of names on one line."""
    names = all(isinstance(item, str) and len(item) < 70 for item in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=names)


def _text(dumper: Any, value: str) -> Any:
    """Texts of several lines as they stand."""
    style = "|" if "\n" in value and not re.search(r"[ \t]\n|^\s|[\r\x85]", value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(dict, _map)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_str(f"{value:f}"))
