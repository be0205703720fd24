"""From the text of a package to compiled fields: rules compiled, keys checked against the type."""

from collections.abc import Mapping

from madoguchi import feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.fields.parties import PARTS, part_specs
from madoguchi.procedures.fields.types import COMPOSITE, FILE, STRUCTURED, TYPES
from madoguchi.procedures.package.rules import RuleCompiler, in_order, names_in
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.package.spec import FieldSpec

GENERAL_KEYS = frozenset(
    [
        "type",
        "label",
        "help",
        "required",
        "relevant",
        "calculate",
        "default",
        "prefill",
        "readonly",
        "visible_to",
        "source",
    ]
)
_LIMIT_TYPES = {"date": feel.DATE, "year_month": feel.STRING}


def feel_type(spec: FieldSpec) -> feel.Type:
    """The type a field has in rules."""
    if spec.type in TYPES:
        return TYPES[spec.type].kind
    if spec.type in COMPOSITE:
        return feel.ContextType({name: feel_type(part) for name, part in part_specs(spec).items()})
    if spec.type == "table":
        columns = {name: feel_type(column) for name, column in (spec.columns or {}).items()}
        return feel.ListType(feel.ContextType({"row": feel.STRING, **columns}))
    return FILE if spec.type == "file" else feel.ANY


def build_form(
    specs: Mapping[str, FieldSpec],
    rules: RuleCompiler,
    path: PathInFile,
    scope: Mapping[str, feel.Type],
) -> dict[str, Field]:
    """The small form of an act: its rules see `scope` and the form's own answers."""
    own = {name: feel_type(spec) for name, spec in specs.items()}
    inner = RuleCompiler(rules.source, {**rules.scope, **scope, **own}, rules.faults)
    return {name: build_field(name, spec, inner, (*path, name)) for name, spec in specs.items()}


def build_field(
    name: str,
    spec: FieldSpec,
    rules: RuleCompiler,
    path: PathInFile,
    row: Mapping[str, feel.Type] | None = None,
) -> Field:
    """Compile one field; faults go to `rules.faults`. `row` is the scope of the columns around it."""
    _check_keys(name, spec, rules, path)
    kind = feel_type(spec)
    columns = _columns(spec, rules, path)
    limit = (
        feel.NUMBER if spec.type in ("table", "multichoice") else _LIMIT_TYPES.get(spec.type, kind)
    )
    return Field(
        name=name,
        type=spec.type,
        label=_label(name, spec, rules, path),
        spec=spec,
        kind=kind,
        relevant=rules.compile(spec.relevant, (*path, "relevant"), feel.BOOLEAN, row),
        # A pledge that is asked must be given, unless the package says otherwise.
        required=rules.compile(
            spec.required or ("true" if spec.type == "pledge" else None),
            (*path, "required"),
            feel.BOOLEAN,
            row,
        ),
        calculate=rules.compile(spec.calculate, (*path, "calculate"), kind, row),
        default=rules.compile(spec.default, (*path, "default"), kind, row),
        prefill=rules.compile(prefill_rule(spec.prefill), (*path, "prefill"), None, row),
        minimum=rules.compile(spec.min, (*path, "min"), limit, row),
        maximum=rules.compile(spec.max, (*path, "max"), limit, row),
        columns=columns,
        column_order=tuple(_column_order(spec, rules, path)),
        parts=_parts(name, spec, rules, path),
    )


def prefill_rule(source: str | None) -> str | None:
    """`fact.NAME` is short for fact("NAME"); everything else is FEEL already."""
    if source is not None and source.startswith("fact."):
        return f'fact("{source.removeprefix("fact.")}")'
    return source


def _columns(spec: FieldSpec, rules: RuleCompiler, path: PathInFile) -> dict[str, Field]:
    scope = {name: feel_type(column) for name, column in (spec.columns or {}).items()}
    result = {}
    for name, column in (spec.columns or {}).items():
        where = (*path, "columns", name)
        if column.type == "table":
            rules.faults.append(
                rules.source.fault(
                    where, "column-type", f"a table column cannot be a {column.type}"
                )
            )
            continue
        result[name] = build_field(name, column, rules, where, scope)
    return result


def _column_order(spec: FieldSpec, rules: RuleCompiler, path: PathInFile) -> list[str]:
    columns = spec.columns or {}
    needs = {
        name: (names_in(column.relevant) | names_in(column.calculate)) & columns.keys()
        for name, column in columns.items()
    }
    order, cycle = in_order(needs)
    if cycle:
        rules.faults.append(
            rules.source.fault(
                (*path, "columns"), "cycle", f"columns need each other: {' → '.join(cycle)}"
            )
        )
    return order


def _parts(name: str, spec: FieldSpec, rules: RuleCompiler, path: PathInFile) -> dict[str, Field]:
    if spec.type not in COMPOSITE:
        return {}
    unknown = [part for part in spec.parts or () if part not in PARTS[spec.type]]
    if unknown:
        known = ", ".join(PARTS[spec.type])
        rules.faults.append(
            rules.source.fault(
                (*path, "parts"),
                "unknown-part",
                f"{spec.type} has no part {unknown[0]}; it has {known}",
            )
        )
    return {part: build_field(part, child, rules, path) for part, child in part_specs(spec).items()}


def _label(name: str, spec: FieldSpec, rules: RuleCompiler, path: PathInFile) -> Text:
    if spec.label is None and spec.type != "note":
        rules.faults.append(
            rules.source.fault(path, "no-label", f"the field “{name}” needs a label")
        )
    label: Text = {str(language): text for language, text in (spec.label or {}).items()}
    return label


def _check_keys(name: str, spec: FieldSpec, rules: RuleCompiler, path: PathInFile) -> None:
    def report(code: str, message: str, *where: str) -> None:
        rules.faults.append(rules.source.fault((*path, *where), code, message))

    if spec.type not in TYPES and spec.type not in STRUCTURED:
        known = ", ".join(sorted([*TYPES, *STRUCTURED]))
        report(
            "unknown-type",
            f"“{name}” has the unknown type “{spec.type}”; the types are {known}",
            "type",
        )
        return
    allowed = TYPES[spec.type].keys if spec.type in TYPES else STRUCTURED[spec.type]
    for key in spec.model_fields_set - GENERAL_KEYS - allowed:
        report("key-not-for-type", f"“{key}” means nothing for a field of type {spec.type}", key)
    if spec.type in ("choice", "multichoice") and not spec.options:
        report("no-options", f"“{name}” needs options to choose from")
    if spec.type == "table" and not spec.columns:
        report("no-columns", f"the table “{name}” needs columns")
    if spec.calculate and (spec.required or spec.readonly or spec.prefill):
        report(
            "calculated", f"“{name}” is calculated: it cannot be required, read-only or prefilled"
        )
    if spec.readonly and not (spec.prefill or spec.default):
        report("readonly", f"“{name}” is read-only but nothing fills it: give it a prefill")
