"""Ledgers of registrations and the uses filings make of them: compiled, and decided purely."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.lookup_keys import lookup_key
from madoguchi.procedures.package.functions import OF_ENTRIES
from madoguchi.procedures.package.ledger_spec import EndorsementSpec, LedgerSpec
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import CASE_SCOPE, Environment
from madoguchi.procedures.package.source import PackageFault, Source
from madoguchi.procedures.package.spec import ProcedureSpec

LINE = "line"  # what rules call the row of an item
_FUNCTIONS = feel.bound(OF_ENTRIES, Environment(date.min, date.min))


@dataclass(frozen=True)
class Opening:
    """How much of one item a registration allows; `item` is "" where there is only one."""

    item: str
    label: str
    unit: Text | None
    amount: Decimal


@dataclass(frozen=True)
class Ledger:
    """What a registration allows and how much of it is left (裏書・残高)."""

    name: str
    spec: LedgerSpec
    opening: Rule
    key: Rule | None
    label: Rule | None
    unit: Rule | None

    def openings(self, columns: Mapping[str, object]) -> list[Opening]:
        """What the columns of a registration allow, item by item; rows of one item are added up.

        None for what the rule gives no number: the ledger does not count it.
        """
        found: dict[str, Opening] = {}
        for opening in self._rows(columns):
            before = found.get(opening.item)
            amount = opening.amount + (before.amount if before is not None else 0)
            first = before or opening
            found[opening.item] = Opening(opening.item, first.label, first.unit, amount)
        return list(found.values())

    def _rows(self, columns: Mapping[str, object]) -> Iterator[Opening]:
        context = {**columns, **_FUNCTIONS}
        items = self.spec.items
        if items is None or self.key is None:
            amount = self.opening(context)
            if isinstance(amount, Decimal):
                yield Opening("", "", self.spec.unit, amount)
            return
        rows = columns.get(items.of)
        for row in rows if isinstance(rows, list) else ():
            inner = {**context, LINE: row}
            item, amount = lookup_key(self.key(inner))[:100], self.opening(inner)
            if not item or not isinstance(amount, Decimal):
                continue
            label = self.label(inner) if self.label is not None else None
            unit = self.unit(inner) if self.unit is not None else None
            own = {"ja": unit, "en": unit} if isinstance(unit, str) else self.spec.unit
            yield Opening(item, str(label or item)[:300], own, amount)


@dataclass(frozen=True)
class Part:
    """How much of which item of a ledger a filing uses."""

    ledger: str
    item: str
    amount: Decimal


@dataclass(frozen=True)
class Endorsement:
    """A use of ledgers that a filing tells (裏書)."""

    name: str
    spec: EndorsementSpec
    amounts: Mapping[str, Rule]
    item: Rule | None
    reference: Rule | None
    on: Rule | None

    def parts(self, context: Mapping[str, object]) -> list[Part]:
        """What is used of each ledger and item; rows that name neither are passed over."""
        rows: object = [None]
        if self.spec.rows is not None:
            rows = context.get(self.spec.rows)
        found = []
        for row in rows if isinstance(rows, list) else ():
            inner = {**context, **row} if isinstance(row, Mapping) else context
            item = lookup_key(self.item(inner))[:100] if self.item is not None else ""
            for ledger, rule in self.amounts.items():
                amount = rule(inner)
                if isinstance(amount, Decimal) and amount != 0:
                    found.append(Part(ledger, item, amount))
        return found

    def entry_id(self, context: Mapping[str, object]) -> str | None:
        """The registration that is used."""
        chosen = context.get(self.spec.entry)
        found = chosen.get("id") if isinstance(chosen, Mapping) else None
        return str(found) if found else None


def compile_ledgers(
    register: RegisterSpec, source: Source
) -> tuple[dict[str, Ledger], list[PackageFault]]:
    """The compiled `register.ledgers:` and their faults; rules see the register's columns."""
    columns = dict.fromkeys(register.columns, feel.ANY)
    rules = RuleCompiler(source, columns, functions=OF_ENTRIES)
    row = {LINE: feel.ANY}
    result = {}
    for name, spec in register.ledgers.items():
        path, items = ("register", "ledgers", name), spec.items
        extra = row if items is not None else None
        opening = rules.compile(spec.opening, (*path, "opening"), feel.NUMBER, extra)
        if items is not None and items.of not in columns:
            message = f"the register has no column “{items.of}”"
            rules.faults.append(source.fault((*path, "items", "of"), "unknown-column", message))
        at = (*path, "items")
        key = rules.compile(items.key, (*at, "key"), None, row) if items else None
        label = rules.compile(items.name, (*at, "name"), feel.STRING, row) if items else None
        unit = rules.compile(items.unit, (*at, "unit"), feel.STRING, row) if items else None
        if opening is not None:
            result[name] = Ledger(name, spec, opening, key, label, unit)
    return result, rules.faults


def compile_endorsements(
    procedure: ProcedureSpec, fields: Mapping[str, Field], rules: RuleCompiler
) -> dict[str, Endorsement]:
    """The compiled `endorsements:`; faults go to `rules.faults`."""
    result = {}
    for name, spec in procedure.endorsements.items():
        path = ("endorsements", name)
        entry = fields.get(spec.entry)
        if entry is None or entry.type != "entry":
            message = f"“{spec.entry}” is not a field of type entry"
            rules.faults.append(rules.source.fault((*path, "entry"), "unknown-field", message))
        extra = dict(CASE_SCOPE)
        table = fields.get(spec.rows or "")
        if spec.rows is not None and (table is None or table.type != "table"):
            message = f"“{spec.rows}” is not a table"
            rules.faults.append(rules.source.fault((*path, "rows"), "unknown-field", message))
        elif table is not None:
            extra |= {column: field.kind for column, field in table.columns.items()}
        amounts = {
            ledger: rules.compile(text, (*path, "amounts", ledger), feel.NUMBER, extra)
            for ledger, text in spec.amounts.items()
        }
        result[name] = Endorsement(
            name,
            spec,
            {ledger: rule for ledger, rule in amounts.items() if rule is not None},
            rules.compile(spec.item, (*path, "item"), None, extra),
            rules.compile(spec.reference, (*path, "reference"), None, CASE_SCOPE),
            rules.compile(spec.on, (*path, "on"), feel.DATE, CASE_SCOPE),
        )
    return result
