"""The built-in functions of DMN 1.5 (組み込み関数): a table for each subject, signature → function."""

from . import contexts, conversion, lists, numbers, ranges, strings, temporals
from .registry import Builtin, Overload, Parameter, accepts, builtins_of

__all__ = ["BUILTINS", "Builtin", "Overload", "Parameter", "accepts"]

BUILTINS = builtins_of(
    conversion.FUNCTIONS,
    strings.FUNCTIONS,
    lists.FUNCTIONS,
    numbers.FUNCTIONS,
    temporals.FUNCTIONS,
    ranges.FUNCTIONS,
    contexts.FUNCTIONS,
)
