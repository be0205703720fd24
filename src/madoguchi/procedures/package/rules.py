"""Compiling the rules of a package: each FEEL text once, against a typed scope, faults in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from madoguchi import feel
from madoguchi.procedures.package.source import PackageFault, PathInFile, Source


@dataclass
class RuleCompiler:
    """Compiles rules against a scope and collects their faults with file positions."""

    source: Source
    scope: dict[str, feel.Type]
    faults: list[PackageFault] = field(default_factory=list)

    def compile(
        self,
        text: str | None,
        path: PathInFile,
        expect: feel.Type | None = None,
        extra: Mapping[str, feel.Type] | None = None,
    ) -> feel.Expression | None:
        """The compiled rule, or None where there is none or it has faults (then reported)."""
        if text is None:
            return None
        scope = {**self.scope, **extra} if extra else self.scope
        try:
            return feel.compile(text, scope, expect)
        except feel.FeelError as error:
            self.report(error, path)
            return None

    def compile_unary(self, text: str, kind: feel.Type, path: PathInFile) -> None:
        """Check one cell of a decision table."""
        try:
            feel.compile_unary(text, kind, self.scope)
        except feel.FeelError as error:
            self.report(error, path)

    def report(self, error: feel.FeelError, path: PathInFile) -> None:
        """Add the faults of an expression at the place of its text in the file."""
        for fault in error.faults:
            where = (
                ""
                if (fault.line, fault.column) == (1, 1)
                else f" (at {fault.line}:{fault.column} of the rule)"
            )
            hint = f" Did you mean “{fault.suggestion}”?" if fault.suggestion else ""
            self.faults.append(
                self.source.fault(path, f"rule-{fault.code}", f"{fault.message['en']}{where}{hint}")
            )


def names_in(text: str | None) -> set[str]:
    """The first names of every path a rule reads; a rule that cannot be parsed reads nothing."""
    if text is None:
        return set()
    try:
        return {path[0] for path in feel.compile(text).references}
    except feel.FeelError:
        return set()


def in_order(needs: Mapping[str, set[str]]) -> tuple[list[str], list[str]]:
    """Sort names so that each comes after what it needs, otherwise as given; and a cycle, if any.

    Depth first; the second list is empty or names one cycle in order, first name repeated last.
    """
    order: list[str] = []
    state: dict[str, int] = {}
    for root in needs:
        trail: list[tuple[str, list[str]]] = []
        if root not in state:
            state[root] = 1
            trail.append((root, [name for name in needs if name in needs[root]]))
        while trail:
            name, waiting = trail[-1]
            if not waiting:
                trail.pop()
                state[name] = 2
                order.append(name)
                continue
            following = waiting.pop(0)
            if state.get(following) == 1:
                names = [step for step, _ in trail]
                return order, [*names[names.index(following) :], following]
            if following not in state:
                state[following] = 1
                trail.append((following, [n for n in needs if n in needs[following]]))
    return order, []
