"""Compiling a decision table of a package (判定表): cells checked, gaps and overlaps reported."""

from collections.abc import Mapping

from madoguchi import feel
from madoguchi.feel.coverage import coverage
from madoguchi.procedures.package import spec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.source import PathInFile

_HIT_POLICIES = {
    "unique": "U",
    "any": "A",
    "first": "F",
    "priority": "P",
    "rule order": "R",
    "collect": "C",
    "sum": "C+",
    "min": "C<",
    "max": "C>",
    "count": "C#",
}


def compile_table(
    table: spec.TableSpec,
    rules: RuleCompiler,
    path: tuple[str | int, ...],
    types: Mapping[str, feel.Type],
) -> feel.CompiledTable | None:
    """The compiled table; faults, gaps and overlaps go to `rules.faults`. None when it has errors."""
    width = len(table.inputs) + len(table.outputs)
    for index, row in enumerate(table.rules):
        if len(row) != width:
            rules.faults.append(
                rules.source.fault(
                    (*path, "rules", index),
                    "table-width",
                    f"this row has {len(row)} cells instead of {width}",
                )
            )
            return None
    inputs = len(table.inputs)
    try:
        compiled = feel.decision_table(
            feel.DecisionTable(
                inputs=tuple(feel.Input(text) for text in table.inputs.values()),
                outputs=tuple(feel.Output(name) for name in table.outputs),
                rules=tuple(
                    feel.Rule(tuple(row[:inputs]), tuple(row[inputs:])) for row in table.rules
                ),
                hit_policy=_HIT_POLICIES[table.hit],
            ),
            {**rules.scope, **types},
            functions=rules.functions,
        )
    except feel.FeelError as error:
        for fault in error.faults:
            where: tuple[str | int, ...] = path
            if isinstance(fault, feel.CellFault) and fault.rule:
                where = (*path, "rules", fault.rule - 1, fault.column_of_table - 1)
            rules.report(feel.FeelError([fault]), where)
        return None
    _report_coverage(table, compiled, rules, path)
    return compiled


def _report_coverage(
    table: spec.TableSpec, compiled: feel.CompiledTable, rules: RuleCompiler, path: PathInFile
) -> None:
    """Inputs no rule covers are a warning; in a unique table, inputs several cover are an error."""
    found = coverage(compiled)
    names = list(table.inputs)

    def told(where: tuple[str, ...]) -> str:
        return ", ".join(
            f"{n}: {cell}" for n, cell in zip(names, where, strict=True) if cell != "-"
        )

    for gap in found.gaps[:5]:
        rules.faults.append(
            rules.source.fault(
                (*path, "rules"), "table-gap", f"no rule covers {told(gap)}", "warning"
            )
        )
    for number in found.unreachable:
        rules.faults.append(
            rules.source.fault(
                (*path, "rules", number - 1),
                "rule-unreachable",
                "an earlier rule always applies",
                "warning",
            )
        )
    if table.hit == "unique":
        for overlap in found.overlaps[:5]:
            first, second = overlap.rules
            message = f"rules {first} and {second} both cover {told(overlap.where)}"
            rules.faults.append(
                rules.source.fault((*path, "rules", second - 1), "table-overlap", message)
            )
