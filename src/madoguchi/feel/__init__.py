"""FEEL, the rule language (ルール言語): text → tokens → tree → checked tree → Python function.

FEEL is the expression language of OMG's DMN 1.5: exact decimals, dates, null for what is not known,
names in any script, readable by officials. This package knows nothing of Madoguchi and does no I/O.
Start with ``compile`` (one expression), ``compile_unary`` (a cell) and ``decision_table``.
"""

from .coverage import Coverage, Overlap, coverage
from .explain import Explanation, Reason, explain
from .expression import Expression, check, compile, compile_unary
from .faults import Fault, FeelError
from .functions import Function, FunctionError, Functions, bound, function_table
from .nulls import null_reasons
from .sql import Batch, Column, Sql, batch, in_every_dialect, sqlite_functions, to_sql
from .tables import (
    CellFault,
    CompiledTable,
    DecisionTable,
    Input,
    Output,
    Rule,
    decision_table,
)
from .types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)
from .values import Range, YearsMonths

__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATE_TIME",
    "DAYS_DURATION",
    "NULL",
    "NUMBER",
    "STRING",
    "TIME",
    "YEARS_DURATION",
    "Batch",
    "CellFault",
    "Column",
    "CompiledTable",
    "ContextType",
    "Coverage",
    "DecisionTable",
    "Explanation",
    "Expression",
    "Fault",
    "FeelError",
    "Function",
    "FunctionError",
    "FunctionType",
    "Functions",
    "Input",
    "ListType",
    "Output",
    "Overlap",
    "Range",
    "RangeType",
    "Reason",
    "Rule",
    "Sql",
    "Type",
    "YearsMonths",
    "batch",
    "bound",
    "check",
    "compile",
    "compile_unary",
    "coverage",
    "decision_table",
    "explain",
    "function_table",
    "in_every_dialect",
    "null_reasons",
    "sqlite_functions",
    "to_sql",
]
