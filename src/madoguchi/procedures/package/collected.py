"""Compiling `collections:`: rules of lines, totals and checks; the schema its file must meet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import jsonschema_rs

from madoguchi import feel
from madoguchi.documents.xml_files import XmlFault, check_schema
from madoguchi.identity.agencies import shipped_agencies
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.package.collection_spec import CollectedSpec, CollectionSpec
from madoguchi.procedures.package.rules import RuleCompiler, names_in
from madoguchi.procedures.package.scope import SCOPE
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.package.spec import ProcedureSpec

FILING = feel.ContextType(
    {
        "procedure": feel.STRING,
        "arrival_number": feel.STRING,
        "arrived_on": feel.DATE,
        "organisation": feel.STRING,
        "corporate_number": feel.STRING,
        "agency": feel.STRING,
        "period": feel.STRING,
    }
)


@dataclass(frozen=True)
class Collected:
    """Filings that go in: the procedure, the table whose rows are lines, the rules of a line."""

    procedure: str
    rows: str | None
    when: Rule | None
    line: Mapping[str, Rule]


@dataclass(frozen=True)
class Collection:
    """A declaration or statistic made of many filings (取りまとめ); `id` is "procedure/name".

    `template` and `schema` are texts of the package, "" where there is none.
    """

    id: str
    name: str
    spec: CollectionSpec
    sources: tuple[Collected, ...]
    totals: Mapping[str, Rule]
    checks: Mapping[str, Rule]
    template: str
    schema: str

    @property
    def procedures(self) -> frozenset[str]:
        """The procedures whose filings go in."""
        return frozenset(source.procedure for source in self.sources)


def compile_collections(
    procedure: ProcedureSpec,
    fields: Mapping[str, Field],
    files: Mapping[str, str],
    rules: RuleCompiler,
) -> dict[str, Collection]:
    """The compiled `collections:`; faults go to `rules.faults`."""
    result = {}
    for name, spec in procedure.collections.items():
        path: PathInFile = ("collections", name)
        sources = tuple(
            _source(procedure, source, fields, rules, (*path, "from", index))
            for index, source in enumerate(spec.from_)
        )
        _check_columns(spec, rules, path)
        if spec.agency not in shipped_agencies():
            _fault(rules, (*path, "agency"), "unknown-agency", f"no agency “{spec.agency}”")
        lists = dict.fromkeys(_line_names(spec), feel.ListType(feel.ANY))
        after = {**lists, **dict.fromkeys((*spec.group, *spec.totals), feel.ANY)}
        totals = {
            key: rule
            for key, text in spec.totals.items()
            if (rule := _apart(rules, text, (*path, "totals", key), lists, None)) is not None
        }
        checks = {
            key: rule
            for key, check in spec.checks.items()
            if (
                rule := _apart(
                    rules, check.must, (*path, "checks", key, "must"), after, feel.BOOLEAN
                )
            )
            is not None
        }
        template, schema = _files(spec, files, rules, path)
        id = f"{procedure.id}/{name}"
        result[name] = Collection(id, name, spec, sources, totals, checks, template, schema)
    return result


def _source(
    procedure: ProcedureSpec,
    spec: CollectedSpec,
    fields: Mapping[str, Field],
    rules: RuleCompiler,
    path: PathInFile,
) -> Collected:
    own = spec.procedure in (None, procedure.id)
    row: dict[str, feel.Type] = {"filing": FILING}
    if own:
        if procedure.about is None or procedure.about.period is None:
            message = "`about: {period: …}` must say which period a filing is about"
            _fault(rules, path, "collection-about", message)
        if spec.rows is not None:
            table = fields.get(spec.rows)
            if table is None or table.type != "table":
                _fault(rules, (*path, "rows"), "unknown-field", f"“{spec.rows}” is not a table")
            else:
                row |= {column: field.kind for column, field in table.columns.items()}

    def compiled(text: str, where: PathInFile, expect: feel.Type | None) -> Rule | None:
        if own:
            return rules.compile(text, where, expect, row)
        # The fields of another procedure are known when its filings come.
        unknown = {name: feel.ANY for name in names_in(text) if name not in row}
        return _apart(rules, text, where, {**unknown, **row}, expect)

    when = compiled(spec.when, (*path, "when"), feel.BOOLEAN) if spec.when is not None else None
    line = {
        name: rule
        for name, text in spec.line.items()
        if (rule := compiled(text, (*path, "line", name), None)) is not None
    }
    return Collected(spec.procedure or procedure.id, spec.rows, when, line)


def _apart(
    rules: RuleCompiler,
    text: str,
    path: PathInFile,
    scope: Mapping[str, feel.Type],
    expect: feel.Type | None,
) -> Rule | None:
    """Compile a rule that does not see the fields of this procedure."""
    inner = RuleCompiler(rules.source, {**SCOPE, **scope}, rules.faults)
    return inner.compile(text, path, expect)


def _line_names(spec: CollectionSpec) -> list[str]:
    return list(dict.fromkeys(name for source in spec.from_ for name in source.line))


def _check_columns(spec: CollectionSpec, rules: RuleCompiler, path: PathInFile) -> None:
    told = _line_names(spec)
    out = [*spec.group, *spec.totals] if spec.group or spec.totals else told
    for key, known in (("group", told), ("columns", out)):
        for name in getattr(spec, key):
            if name not in known:
                message = f"“{name}” is none of {', '.join(known)}"
                _fault(rules, (*path, key), "unknown-column", message)
    for name in spec.totals:
        if name in spec.group:
            _fault(rules, (*path, "totals", name), "duplicate-name", f"“{name}” is grouped by")


def _files(
    spec: CollectionSpec, files: Mapping[str, str], rules: RuleCompiler, path: PathInFile
) -> tuple[str, str]:
    found = {}
    xml = spec.file.format == "xml"
    for key, name, needed in (
        ("template", spec.file.template, xml),
        ("schema", spec.file.schema_file, spec.file.format != "csv"),
    ):
        if name is None and needed:
            message = f"a file of format {spec.file.format} needs `{key}:`"
            _fault(rules, (*path, "file"), f"no-{key}", message)
        elif name is not None and name not in files:
            _fault(rules, (*path, "file", key), f"no-{key}", f"there is no file {name}")
        found[key] = files.get(name or "", "")
    if found["schema"]:
        try:
            if xml:
                check_schema(found["schema"])
            elif spec.file.format == "json":
                jsonschema_rs.validator_for(json.loads(found["schema"]))
        except (XmlFault, ValueError, jsonschema_rs.ValidationError) as error:
            _fault(rules, (*path, "file", "schema"), "bad-schema", str(error)[:300])
    return found["template"], found["schema"]


def _fault(rules: RuleCompiler, path: PathInFile, code: str, message: str) -> None:
    rules.faults.append(rules.source.fault(path, code, message))
