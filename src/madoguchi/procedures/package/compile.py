"""Compiling a package: the scope grows field by field and decision by decision, then every rule."""

from collections.abc import Mapping

from madoguchi import feel
from madoguchi.procedures.fields.build import build_field, feel_type, prefill_rule
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.package import compiled, spec
from madoguchi.procedures.package.collected import compile_collections
from madoguchi.procedures.package.compile_acts import compile_acts
from madoguchi.procedures.package.compile_inspection import compile_inspections
from madoguchi.procedures.package.compile_machine import compile_machine
from madoguchi.procedures.package.compile_pages import compile_pages
from madoguchi.procedures.package.compile_table import compile_table
from madoguchi.procedures.package.consistency import consistency_faults
from madoguchi.procedures.package.crosscase import (
    compile_duplicates,
    compile_matches,
    compile_quotas,
)
from madoguchi.procedures.package.duties import compile_about, compile_obligations
from madoguchi.procedures.package.functions import FUNCTIONS
from madoguchi.procedures.package.ledgers import compile_endorsements, compile_ledgers
from madoguchi.procedures.package.rules import RuleCompiler, in_order, names_in
from madoguchi.procedures.package.scope import CASE_SCOPE, SCOPE
from madoguchi.procedures.package.source import PackageFault, Source

_ENGINE_NAMES = SCOPE.keys() | CASE_SCOPE.keys() | FUNCTIONS.keys()


def compile_package(
    procedure: spec.ProcedureSpec,
    source: Source,
    files: Mapping[str, str],
    version: str,
    digest: str,
) -> tuple[compiled.Package | None, list[PackageFault]]:
    """The compiled package (None when it has errors) and all its faults."""
    rules = RuleCompiler(source, dict(SCOPE))
    _reserve_names(procedure, rules)
    rules.scope |= {name: feel_type(field) for name, field in procedure.data.items()}
    order = _order(procedure, rules)
    decisions, decision_types = _decisions(procedure, rules, order)
    rules.scope |= decision_types
    fields = {
        name: build_field(name, field, rules, ("data", name))
        for name, field in procedure.data.items()
    }
    machine, messages = compile_machine(procedure, rules)
    register = _register(procedure, rules)
    obligations, duty_faults = compile_obligations(procedure, source)
    package = compiled.Package(
        digest=digest,
        version=version,
        spec=procedure,
        fields=fields,
        order=tuple(order),
        pages=compile_pages(procedure, rules),
        decisions=decisions,
        decision_types=decision_types,
        checks=_checks(procedure, fields, rules),
        attachments=_attachments(procedure, rules),
        fees=_fees(procedure, rules),
        authority=_authority(procedure, rules),
        via=rules.compile(procedure.authority.via, ("authority", "via"), feel.STRING),
        governed_by=rules.compile(procedure.effective.by, ("effective", "by"), feel.DATE),
        machine=machine,
        register=register,
        inspections=compile_inspections(procedure, register.columns if register else {}, rules),
        about=compile_about(procedure, rules),
        duplicates=compile_duplicates(procedure, rules),
        quotas=compile_quotas(procedure, rules),
        matches=compile_matches(procedure, fields, rules),
        endorsements=compile_endorsements(procedure, fields, rules),
        obligations=obligations,
        collections=compile_collections(procedure, fields, files, rules),
        facts=_outputs(procedure.facts, ("facts",), rules),
        messages=messages,
        files=files,
    )
    faults = rules.faults + duty_faults + consistency_faults(package, source)
    broken = any(fault.severity == "error" for fault in faults)
    return (None if broken else package), sorted(faults, key=lambda f: (f.file, f.line, f.column))


def _reserve_names(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> None:
    for section, names in (("data", procedure.data), ("decisions", procedure.decisions)):
        for name in names:
            if name in _ENGINE_NAMES:
                rules.faults.append(
                    rules.source.fault(
                        (section, name), "reserved-name", f"“{name}” is a name of the engine"
                    )
                )
    for name in procedure.renamed.keys() - procedure.data.keys():
        rules.faults.append(
            rules.source.fault(("renamed", name), "unknown-field", f"there is no field “{name}”")
        )
    for name in procedure.decisions.keys() & procedure.data.keys():
        rules.faults.append(
            rules.source.fault(
                ("decisions", name), "duplicate-name", f"“{name}” is a field already"
            )
        )


def _order(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> list[str]:
    """Fields and decisions so that each comes after the answers its existence or value rests on.

    `required` and limits are left out on purpose: they are judged when all values are known, so
    that two fields may require each other's absence.
    """
    known = procedure.data.keys() | procedure.decisions.keys()
    needs: dict[str, set[str]] = {}
    for name, field in procedure.data.items():
        texts = [field.relevant, field.calculate]
        texts += [
            text
            for column in (field.columns or {}).values()
            for text in (column.relevant, column.calculate)
        ]
        if field.readonly:
            texts += [prefill_rule(field.prefill), field.default]
        own = (field.columns or {}).keys()
        needs[name] = (set().union(*map(names_in, texts)) & known) - own
    for name, decision in procedure.decisions.items():
        needs[name] = set().union(*map(names_in, _rule_texts(decision))) & known
    order, cycle = in_order(needs)
    if cycle:
        section = "data" if cycle[0] in procedure.data else "decisions"
        rules.faults.append(
            rules.source.fault(
                (section, cycle[0]),
                "cycle",
                f"these need each other to be known first: {' → '.join(cycle)}",
            )
        )
    return order


def _rule_texts(decision: str | spec.TableSpec) -> list[str]:
    if isinstance(decision, str):
        return [decision]
    return [*decision.inputs.values(), *(cell for row in decision.rules for cell in row)]


def _decisions(
    procedure: spec.ProcedureSpec, rules: RuleCompiler, order: list[str]
) -> tuple[dict[str, Rule], dict[str, feel.Type]]:
    functions: dict[str, Rule] = {}
    types: dict[str, feel.Type] = {}
    for name in [name for name in order if name in procedure.decisions]:
        decision = procedure.decisions[name]
        path = ("decisions", name)
        expression: feel.Expression | feel.CompiledTable | None
        if isinstance(decision, str):
            expression = rules.compile(decision, path, None, types)
        else:
            expression = compile_table(decision, rules, path, types)
        types[name] = expression.type if expression is not None else feel.ANY
        if expression is not None:
            functions[name] = expression
    return functions, types


def _checks(
    procedure: spec.ProcedureSpec, fields: Mapping[str, Field], rules: RuleCompiler
) -> tuple[compiled.Check, ...]:
    checks = []
    for index, check in enumerate(procedure.checks):
        path = ("checks", index)
        name, _, inner = check.on.partition(".")
        field = fields.get(name)
        if field is None or (inner and inner not in field.columns and inner not in field.parts):
            rules.faults.append(
                rules.source.fault(
                    (*path, "on"), "unknown-field", f"there is no field “{check.on}”"
                )
            )
            continue
        by_row = inner in field.columns
        row = {n: column.kind for n, column in field.columns.items()} if by_row else None
        must = rules.compile(check.must, (*path, "must"), feel.BOOLEAN, row)
        when = rules.compile(check.when, (*path, "when"), feel.BOOLEAN, row)
        if must is not None:
            checks.append(
                compiled.Check(
                    id=check.id or f"check-{index + 1}",
                    field=name,
                    column=inner if by_row else None,
                    part=inner if inner and not by_row else None,
                    must=must,
                    when=when,
                    severity=check.severity,
                    message=dict(check.message),
                )
            )
    return tuple(checks)


def _attachments(
    procedure: spec.ProcedureSpec, rules: RuleCompiler
) -> dict[str, compiled.Attachment]:
    result = {}
    for key, item in procedure.attachments.items():
        path = ("attachments", key)
        result[key] = compiled.Attachment(
            key,
            item,
            rules.compile(item.required, (*path, "required"), feel.BOOLEAN),
            rules.compile(item.relevant, (*path, "relevant"), feel.BOOLEAN),
            rules.compile(item.omit_when, (*path, "omit_when"), feel.BOOLEAN),
        )
    return result


def _fees(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> tuple[compiled.Fee, ...]:
    fees = []
    for index, fee in enumerate(procedure.fees):
        amount = rules.compile(fee.amount, ("fees", index, "amount"), feel.NUMBER)
        when = rules.compile(fee.when, ("fees", index, "when"), feel.BOOLEAN)
        if amount is not None:
            fees.append(
                compiled.Fee(fee.id, dict(fee.label), amount, when, fee.due, fee.law, fee.within)
            )
    return tuple(fees)


def _authority(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> Rule | str:
    authority = procedure.authority
    if authority.rule is None:
        return authority.agency or ""
    return rules.compile(authority.rule, ("authority", "rule"), feel.STRING) or ""


def _register(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> compiled.Register | None:
    register = procedure.register_
    if register is None:
        return None
    texts = {name: column.value for name, column in register.columns.items()}
    columns = _outputs(texts, ("register", "columns"), rules, "value")
    ledgers, faults = compile_ledgers(register, rules.source)
    rules.faults += faults

    def rule(name: str, text: str | None, kind: feel.Type | None) -> Rule | None:
        return rules.compile(text, ("register", name), kind, CASE_SCOPE)

    return compiled.Register(
        register,
        columns,
        rule("valid_until", register.valid_until, feel.DATE),
        rule("kind", register.kind, feel.STRING),
        rule("entry", register.entry, None),
        rule("effective", register.effective, feel.DATE),
        ledgers,
        compile_acts(procedure, rules),
    )


def _outputs(
    texts: Mapping[str, str], path: tuple[str, ...], rules: RuleCompiler, *inner: str
) -> dict[str, Rule]:
    """Rules evaluated when the decision is made: they see the case and the officials' form too."""
    compiled_rules = {
        name: rules.compile(text, (*path, name, *inner), None, CASE_SCOPE)
        for name, text in texts.items()
    }
    return {name: rule for name, rule in compiled_rules.items() if rule is not None}
