"""What is checked across filings: duplicates, shared quotas, reports that must match. Compiled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from madoguchi import feel
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.lookup_keys import lookup_key
from madoguchi.procedures.package.crosscase_spec import DuplicatesSpec, MatchSpec, QuotaSpec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import CASE_SCOPE
from madoguchi.procedures.package.spec import ProcedureSpec
from madoguchi.procedures.periods import period_key

GIVEN, TAKEN = "given", "taken"


@dataclass(frozen=True)
class Duplicates:
    """When a filing counts as filed already (重複)."""

    spec: DuplicatesSpec
    key: Rule

    def key_of(self, context: Mapping[str, object]) -> str:
        """What two filings of the same have in common; "" when that is not known."""
        return lookup_key(self.key(context))


@dataclass(frozen=True)
class Claim:
    """What one filing claims of a quota: of which pool, in which period, how much, of what limit."""

    pool: str
    period: str
    amount: Decimal
    limit: Decimal


@dataclass(frozen=True)
class Quota:
    """An amount that all filers of a period share (共同の上限); `id` is "procedure/name"."""

    id: str
    spec: QuotaSpec
    pool: Rule
    period: Rule | None
    amount: Rule
    limit: Rule
    when: Rule | None
    grant: Rule | None

    def claim(self, context: Mapping[str, object], about: str | None) -> Claim | None:
        """The claim of a filing; `about`: the period the filing is about."""
        if self.when is not None and self.when(context) is not True:
            return None
        pool, amount, limit = (
            lookup_key(self.pool(context)),
            self.amount(context),
            self.limit(context),
        )
        period = period_key(self.period(context)) if self.period is not None else about
        if not pool or not isinstance(amount, Decimal) or not isinstance(limit, Decimal):
            return None
        return Claim(pool, period or "", amount, limit)


@dataclass(frozen=True)
class MatchLine:
    """One row of a report that another filer's report must tell too."""

    row: str
    side: str
    own: str
    other: str
    key: str
    amount: Decimal


@dataclass(frozen=True)
class Match:
    """Reports of two filers that must tell the same (相互照合)."""

    spec: MatchSpec
    own: Rule
    other: Rule
    side: Rule
    amount: Rule
    period: Rule | None
    key: Rule | None
    when: Rule | None

    def number(self, context: Mapping[str, object]) -> str:
        """The number of the filer in the register by which the others name it."""
        return lookup_key(self.own(context))

    def period_of(self, context: Mapping[str, object], about: str | None) -> str:
        """The period that is compared."""
        found = period_key(self.period(context)) if self.period is not None else about
        return found or ""

    def lines(self, context: Mapping[str, object]) -> Iterator[MatchLine]:
        """The rows that are compared; rows without partner, side or amount are not."""
        rows, own = context.get(self.spec.rows), self.number(context)
        for row in rows if isinstance(rows, list) else ():
            inner = {**context, **row}
            if self.when is not None and self.when(inner) is not True:
                continue
            side, amount = self.side(inner), self.amount(inner)
            other = lookup_key(self.other(inner))
            if side in (GIVEN, TAKEN) and isinstance(amount, Decimal) and other:
                key = lookup_key(self.key(inner)) if self.key is not None else ""
                yield MatchLine(str(row["row"]), str(side), own, other, key, amount)


def compile_duplicates(procedure: ProcedureSpec, rules: RuleCompiler) -> Duplicates | None:
    """The compiled `duplicates:`; faults go to `rules.faults`."""
    spec = procedure.duplicates
    if spec is None:
        return None
    if spec.on not in procedure.data:
        message = f"there is no field “{spec.on}”"
        rules.faults.append(rules.source.fault(("duplicates", "on"), "unknown-field", message))
    key = rules.compile(spec.key, ("duplicates", "key"))
    return Duplicates(spec, key) if key is not None else None


def compile_quotas(procedure: ProcedureSpec, rules: RuleCompiler) -> dict[str, Quota]:
    """The compiled `quotas:`; faults go to `rules.faults`."""
    result = {}
    for name, spec in procedure.quotas.items():
        path = ("quotas", name)
        pool = rules.compile(spec.pool, (*path, "pool"))
        amount = rules.compile(spec.amount, (*path, "amount"), feel.NUMBER)
        limit = rules.compile(spec.limit, (*path, "limit"), feel.NUMBER)
        period = rules.compile(spec.period, (*path, "period"))
        when = rules.compile(spec.when, (*path, "when"), feel.BOOLEAN)
        grant = rules.compile(spec.grant, (*path, "grant"), feel.NUMBER, CASE_SCOPE)
        if pool is not None and amount is not None and limit is not None:
            id = f"{procedure.id}/{name}"
            result[name] = Quota(id, spec, pool, period, amount, limit, when, grant)
    return result


def compile_matches(
    procedure: ProcedureSpec, fields: Mapping[str, Field], rules: RuleCompiler
) -> dict[str, Match]:
    """The compiled `matches:`; faults go to `rules.faults`."""
    result = {}
    for name, spec in procedure.matches.items():
        path = ("matches", name)
        table = fields.get(spec.rows)
        if table is None or table.type != "table":
            message = f"“{spec.rows}” is not a table"
            rules.faults.append(rules.source.fault((*path, "rows"), "unknown-field", message))
            continue
        row = {column: field.kind for column, field in table.columns.items()}
        own = rules.compile(spec.own, (*path, "own"))
        other = rules.compile(spec.other, (*path, "other"), None, row)
        side = rules.compile(spec.side, (*path, "side"), feel.STRING, row)
        amount = rules.compile(spec.amount, (*path, "amount"), feel.NUMBER, row)
        period = rules.compile(spec.period, (*path, "period"))
        key = rules.compile(spec.key, (*path, "key"), None, row)
        when = rules.compile(spec.when, (*path, "when"), feel.BOOLEAN, row)
        if own is not None and other is not None and side is not None and amount is not None:
            result[name] = Match(spec, own, other, side, amount, period, key, when)
    return result
