"""Compiling the rules of a package: each FEEL text once, against a typed scope, faults in place."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from pydantic import ValidationError

from madoguchi import feel
from madoguchi.procedures.package.functions import FUNCTIONS
from madoguchi.procedures.package.shapes import Spec
from madoguchi.procedures.package.source import PackageFault, PathInFile, Source

S = TypeVar("S", bound=Spec)
Key = tuple[str, feel.Type | None, int, int]


@dataclass
class RuleCompiler:
    """Compiles rules against a scope and collects their faults with file positions."""

    source: Source
    scope: dict[str, feel.Type]
    faults: list[PackageFault] = field(default_factory=list)
    functions: feel.Functions = field(default_factory=lambda: FUNCTIONS)
    compiled: dict[Key, tuple[feel.Expression, Mapping[str, feel.Type] | None]] = field(
        default_factory=dict
    )

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
        # Many fields share a rule; a scope only grows, and rows are told apart as objects.
        key = (text, expect, len(self.scope), id(extra))
        known = self.compiled.get(key)
        if known is not None:
            return known[0]
        scope = {**self.scope, **extra} if extra else self.scope
        try:
            found = feel.compile(text, scope, expect, functions=self.functions)
        except feel.FeelError as error:
            self.report(error, path)
            return None
        self.compiled[key] = found, extra
        return found

    def validated(self, shape: type[S], value: object, path: PathInFile) -> S | None:
        """A part of the package in its shape, or None where it has faults (then reported).

        For parts known only after merging: their faults stand where the package wrote them.
        """
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            for item in error.errors():
                key = ".".join(map(str, item["loc"]))
                code, text = item["type"].replace("_", "-"), f"“{key}”: {item['msg']}"
                self.faults.append(self.source.fault((*path, *item["loc"]), code, text))
            return None

    def compile_unary(self, text: str, kind: feel.Type, path: PathInFile) -> None:
        """Check one cell of a decision table."""
        try:
            feel.compile_unary(text, kind, self.scope, functions=self.functions)
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


@lru_cache(maxsize=20_000)
def names_in(text: str | None) -> frozenset[str]:
    """The first names of every path a rule reads; a rule that cannot be parsed reads nothing."""
    if text is None:
        return frozenset()
    try:
        return frozenset(path[0] for path in feel.compile(text).references)
    except feel.FeelError:
        return frozenset()


def in_order(needs: Mapping[str, Set[str]]) -> tuple[list[str], list[str]]:
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
