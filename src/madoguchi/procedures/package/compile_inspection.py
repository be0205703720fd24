"""Compiling `inspections:`: its rules, and the faults no single rule shows."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from madoguchi import feel
from madoguchi.procedures.fields.field import Rule
from madoguchi.procedures.package.functions import OF_ENTRIES
from madoguchi.procedures.package.inspection_spec import (
    NOTICE,
    RESULT,
    InspectionsSpec,
    ItemSpec,
    SectionSpec,
)
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import SCOPE
from madoguchi.procedures.package.source import PackageFault, Source
from madoguchi.procedures.package.spec import ProcedureSpec

HISTORY = feel.ContextType(
    {
        "last_inspected_on": feel.DATE,
        "months_since": feel.NUMBER,
        "due": feel.BOOLEAN,
        "inspections": feel.NUMBER,
        "findings": feel.NUMBER,
        "open_findings": feel.NUMBER,
        "overdue_findings": feel.NUMBER,
        "incidents": feel.NUMBER,
    }
)
_ENTRY = {
    "id": feel.STRING,
    "number": feel.STRING,
    "agency": feel.STRING,
    "holder": feel.STRING,
    "since": feel.DATE,
}


@dataclass(frozen=True)
class Inspections:
    """Inspections ready to run: each risk factor's points, and the places of an entry."""

    spec: InspectionsSpec
    points: Mapping[str, Rule]
    sites: Rule | None

    def item(self, key: str) -> ItemSpec | None:
        """The item of the checklist with that key."""
        return next((s.items[key] for s in self.spec.checklist if key in s.items), None)

    def section_of(self, key: str) -> SectionSpec | None:
        """The section an item stands in."""
        return next((s for s in self.spec.checklist if key in s.items), None)


def compile_inspections(
    procedure: ProcedureSpec, columns: Mapping[str, Rule], rules: RuleCompiler
) -> Inspections | None:
    """The compiled block, None where there is none; `columns` are the register's rules."""
    block = procedure.inspections
    if block is None:
        return None
    rules.faults.extend(_faults(procedure, block, rules.source))
    kinds = {n: getattr(rule, "type", feel.ANY) for n, rule in columns.items()}
    scope = {
        "today": SCOPE["today"],
        "entry": feel.ContextType({**_ENTRY, **kinds}),
        "history": HISTORY,
    }
    own = RuleCompiler(rules.source, scope, rules.faults, OF_ENTRIES)
    path = ("inspections",)
    points = {
        name: own.compile(factor.points, (*path, "risk", name, "points"), feel.NUMBER)
        for name, factor in block.risk.items()
    }
    sites = own.compile(block.sites, (*path, "sites"))
    return Inspections(block, {n: rule for n, rule in points.items() if rule is not None}, sites)


def _faults(
    procedure: ProcedureSpec, block: InspectionsSpec, source: Source
) -> Iterator[PackageFault]:
    register = procedure.register_
    if register is None or register.action != "enter":
        yield source.fault(
            ("inspections",),
            "inspections-register",
            "inspections need `register:` with the action enter: they visit its entries",
        )
    for missing in sorted({NOTICE, RESULT} - block.letters.keys()):
        yield source.fault(
            ("inspections", "letters"), "letter-missing", f"the letter “{missing}” is missing"
        )
    for name, severity in block.severities.items():
        if severity.letter is not None and severity.letter not in block.letters:
            yield source.fault(
                ("inspections", "severities", name, "letter"),
                "unknown-letter",
                f"there is no letter “{severity.letter}”; there are {sorted(block.letters)}",
            )
    yield from _twice(block, source)


def _twice(block: InspectionsSpec, source: Source) -> Iterator[PackageFault]:
    sections = Counter(section.id for section in block.checklist)
    items = Counter(item for section in block.checklist for item in section.items)
    for index, section in enumerate(block.checklist):
        here = ("inspections", "checklist", index)
        if sections[section.id] > 1:
            yield source.fault((*here, "id"), "section-twice", f"“{section.id}” stands here twice")
        for item in section.items:
            if items[item] > 1:
                yield source.fault(
                    (*here, "items", item), "item-twice", f"the item “{item}” stands here twice"
                )
