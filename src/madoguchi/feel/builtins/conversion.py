"""Conversion built-ins (変換の関数) and those of any value, DMN 10.3.4.1, 10.3.4.2 and 10.3.4.12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from ..far import FarMoment
from ..meter import spend
from ..operators import equal
from ..temporal import number_text, temporal_text
from ..values import DECIMAL128, SCALAR_OF_CLASS, Range
from .registry import Functions

NUMBER_TEXT = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def text_of(value: Any, quoted: bool = False) -> str:
    """Write any value; inside lists and contexts strings are quoted."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            spend(len(value) // 16)
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
        case Decimal():
            return number_text(value)
        case list():
            spend(len(value))
            return "[" + ", ".join(text_of(item, True) for item in value) + "]"
        case Mapping():
            spend(len(value))
            return "{" + ", ".join(f"{k}: {text_of(v, True)}" for k, v in value.items()) + "}"
        case Range(low, high):
            left, right = "[" if value.low_included else "(", "]" if value.high_included else ")"
            return f"{left}{text_of(low, True)}..{text_of(high, True)}{right}"
    return temporal_text(value) if value.__class__ in SCALAR_OF_CLASS else "function"


def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """Read a number written with the separators given."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        return None
    if grouping is not None and grouping == point:
        return None
    text = text.replace(grouping, "") if grouping else text
    if point == ",":
        text = text.replace(".", "x").replace(",", ".")
    return DECIMAL128.create_decimal(text) if NUMBER_TEXT.fullmatch(text) else None


def is_same(left: Any, right: Any) -> bool:
    """Tell whether two values are of one type and the same, zones as written included."""
    if left.__class__ is not right.__class__:
        return False
    if isinstance(left, (time, datetime, FarMoment)):
        return temporal_text(left) == temporal_text(right)
    return bool(
        left == right if left is None or left.__class__ in SCALAR_OF_CLASS else equal(left, right)
    )


FUNCTIONS: Functions = {
    "string(from: Any) -> string": lambda value: None if value is None else text_of(value),
    "number(from: string, grouping separator?: string?, decimal separator?: string?) -> number": number,
    "number(from: number) -> number": lambda value: value,
    "is(value1: Any, value2: Any) -> boolean": is_same,
    "not(negand: Any) -> boolean": lambda value: not value if isinstance(value, bool) else None,
}
