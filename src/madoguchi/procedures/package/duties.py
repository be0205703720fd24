"""What a filing is about, and the periodic duties it fulfils: compiled, and decided purely."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from madoguchi import feel
from madoguchi.kernel import calendar
from madoguchi.procedures.fields.field import Rule
from madoguchi.procedures.package.duty_spec import ObligationSpec
from madoguchi.procedures.package.functions import OF_ENTRIES
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.source import PackageFault, Source
from madoguchi.procedures.package.spec import ProcedureSpec
from madoguchi.procedures.periods import period_key

_PERIOD = feel.ContextType(
    {"key": feel.STRING, "year": feel.NUMBER, "start": feel.DATE, "end": feel.DATE}
)
# What the register knows of an entry; its columns are read by name beside them.
_ENTRY = feel.ContextType(
    {
        "id": feel.STRING,
        "number": feel.STRING,
        "register": feel.STRING,
        "agency": feel.STRING,
        "status": feel.STRING,
        "valid_from": feel.DATE,
        "valid_to": feel.DATE,
        "closed_on": feel.DATE,
    },
    open=True,
)
DUTY_SCOPE: Mapping[str, feel.Type] = {
    "entry": _ENTRY,
    "period": _PERIOD,
}
_FUNCTIONS = feel.bound(OF_ENTRIES, Environment(date.min, date.min))


@dataclass(frozen=True)
class About:
    """What one filing is about: the field that chooses an entry, the rule that gives a period."""

    entry: str | None = None
    period: Rule | None = None
    period_field: str | None = None

    def entry_id(self, context: Mapping[str, object]) -> str | None:
        """The id of the register entry a filing is about."""
        chosen = context.get(self.entry or "")
        found = chosen.get("id") if isinstance(chosen, Mapping) else None
        return str(found) if found else None

    def period_key(self, context: Mapping[str, object]) -> str | None:
        """The key of the period a filing is about."""
        return period_key(self.period(context)) if self.period is not None else None


@dataclass(frozen=True)
class Obligation:
    """A periodic duty (定期の提出義務): `id` is "procedure/name", `register` those who have it.

    `reads`: the columns of an entry its rules look at, None for any of them.
    """

    id: str
    name: str
    spec: ObligationSpec
    register: str
    procedure: str
    who: Rule
    due: Rule
    reads: frozenset[str] | None

    def due_on(self, entry: Mapping[str, object], period: Mapping[str, object]) -> date | None:
        """The last day for an entry and a period; None when the entry does not have the duty.

        `entry`: the columns with number, valid_from, valid_to …; `period`: key, year, start, end.
        A day on which offices are closed gives way to the next open one (休日法第2条).
        """
        context = {**_FUNCTIONS, "entry": entry, "period": period}
        if self.who(context) is not True:
            return None
        found = self.due(context)
        if not isinstance(found, date):
            return None
        if self.spec.holiday == "as_is":
            return found
        try:
            return calendar.roll_forward(found)
        except calendar.CalendarError:
            return found


def compile_about(procedure: ProcedureSpec, rules: RuleCompiler) -> About:
    """The compiled `about:`; faults go to `rules.faults`."""
    spec = procedure.about
    if spec is None:
        return About()
    field = procedure.data.get(spec.entry or "")
    if spec.entry is not None and (field is None or field.type != "entry"):
        message = f"“{spec.entry}” is not a field of type entry"
        rules.faults.append(rules.source.fault(("about", "entry"), "about-entry", message))
    period = rules.compile(spec.period, ("about", "period"))
    named = spec.period if spec.period in procedure.data else None
    return About(spec.entry, period, named)


def compile_obligations(
    procedure: ProcedureSpec, source: Source
) -> tuple[dict[str, Obligation], list[PackageFault]]:
    """The compiled `obligations:` and their faults."""
    rules = RuleCompiler(source, dict(DUTY_SCOPE), functions=OF_ENTRIES)
    own = procedure.register_.name if procedure.register_ is not None else None
    result = {}
    for name, spec in procedure.obligations.items():
        path = ("obligations", name)
        register = spec.register_name or own
        who = rules.compile(spec.who, (*path, "who"), feel.BOOLEAN)
        due = rules.compile(spec.due, (*path, "due"), feel.DATE)
        if register is None:
            message = "say with `register:` whose entries have this duty"
            rules.faults.append(source.fault(path, "obligation-register", message))
        elif who is not None and due is not None:
            result[name] = Obligation(
                id=f"{procedure.id}/{name}",
                name=name,
                spec=spec,
                register=register,
                procedure=spec.fulfilled_by or procedure.id,
                who=who,
                due=due,
                reads=_columns_read(who.references | due.references),
            )
        rules.faults += _not_told(procedure, name, spec, source)
    return result, rules.faults


def _columns_read(references: Collection[tuple[str, ...]]) -> frozenset[str] | None:
    paths = [path[1:] for path in references if path[0] == "entry"]
    return frozenset(path[0] for path in paths) if all(paths) else None


def _not_told(
    procedure: ProcedureSpec, name: str, spec: ObligationSpec, source: Source
) -> list[PackageFault]:
    """What a filing must say for the duty to be known fulfilled, and does not."""
    faults = []
    if spec.overdue.letter is not None and spec.overdue.letter not in procedure.letters:
        message = f"there is no letter “{spec.overdue.letter}”"
        path = ("obligations", name, "overdue", "letter")
        faults.append(source.fault(path, "no-letter", message))
    if spec.fulfilled_by not in (None, procedure.id):
        return faults
    about = procedure.about
    if about is None or about.entry is None or (about.period is None and spec.period != "once"):
        message = "`about:` must name the entry and the period, so that a filing fulfils the duty"
        faults.append(source.fault(("obligations", name), "obligation-about", message))
    return faults
