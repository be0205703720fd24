"""The built-in functions of DMN 1.5 (組み込み関数), each in the file of its subject."""

from . import contexts, conversion, lists, numbers, ranges, strings, temporals
from .registry import BUILTINS, Builtin, Overload, accepts

__all__ = [
    "BUILTINS",
    "Builtin",
    "Overload",
    "accepts",
    "contexts",
    "conversion",
    "lists",
    "numbers",
    "ranges",
    "strings",
    "temporals",
]
