"""Faults that no single rule shows: texts missing a language, letters without template, law and type."""

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from madoguchi.documents.service import KIND_NAMES
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.source import PackageFault, PathInFile, Source


def consistency_faults(package: Package, source: Source) -> list[PackageFault]:
    """Every such fault of a package."""
    return [
        *_languages(source.data, (), source),
        *_type_and_law(package, source),
        *_letters(package, source),
        *_register(package, source),
        *_officials_fields(package, source),
        *_accepted_files(package, source),
    ]


def _languages(value: object, path: PathInFile, source: Source) -> Iterator[PackageFault]:
    """A text in one language only leaves some readers without it."""
    if isinstance(value, dict):
        if value and value.keys() <= {"ja", "en"}:
            for missing in {"ja", "en"} - value.keys():
                yield source.fault(
                    path, "language-missing", f"the text has no “{missing}”", "warning"
                )
            return
        for key, item in value.items():
            if key not in ("tests", "with"):
                yield from _languages(item, (*path, key), source)
        for key in ("title", "summary", "label", "help", "message", "audience", "statement"):
            if isinstance(value.get(key), str):
                yield source.fault(
                    (*path, key), "language-missing", f"“{key}” has Japanese only", "warning"
                )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _languages(item, (*path, index), source)


def _type_and_law(package: Package, source: Source) -> Iterator[PackageFault]:
    if package.kind != "application" and package.spec.standard_period:
        yield source.fault(
            ("standard_period",),
            "no-period",
            "only an application has a standard period (行政手続法 第6条)",
        )
    if package.kind == "application" and not package.spec.standard_period:
        yield source.fault(
            ("kind",),
            "period-missing",
            "an application should publish its standard period",
            "warning",
        )
    if not package.spec.law and package.kind != "internal":
        yield source.fault(
            ("id",), "law-missing", "the law the procedure rests on is not named", "warning"
        )
    if package.kind == "internal" and package.spec.who != "official":
        yield source.fault(
            ("who",), "internal-who", "an internal procedure is filed by officials: who: official"
        )
    if not package.spec.tests:
        yield source.fault(("id",), "no-tests", "the package has no tests", "warning")


def _letters(package: Package, source: Source) -> Iterator[PackageFault]:
    environment = SandboxedEnvironment()
    for key, letter in package.spec.letters.items():
        name = f"letters/{letter.template}"
        text = package.files.get(name)
        if text is None:
            yield source.fault(
                ("letters", key, "template"), "no-template", f"there is no file {name}"
            )
            continue
        try:
            environment.parse(text)
        except TemplateSyntaxError as error:
            yield PackageFault(name, error.lineno, 1, "template", f"{error.message}")
    used = {
        k
        for action in package.machine.actions.values()
        for kind, k in action.effects
        if kind == "letter"
    }
    for key in package.spec.letters.keys() - used:
        yield source.fault(
            ("letters", key),
            "letter-unused",
            f"no action issues the letter “{key}”; they issue {sorted(used)}",
        )


def _accepted_files(package: Package, source: Source) -> Iterator[PackageFault]:
    places = [
        (("attachments", key, "accept"), item.spec.accept)
        for key, item in package.attachments.items()
    ]
    places += [
        (("data", name, "accept"), f.spec.accept or []) for name, f in package.fields.items()
    ]
    for path, kinds in places:
        for kind in set(kinds) - set(KIND_NAMES):
            known = ", ".join(sorted(KIND_NAMES))
            yield source.fault(
                path, "unknown-kind", f"“{kind}” is not a kind of file; they are {known}"
            )


def _register(package: Package, source: Source) -> Iterator[PackageFault]:
    register = package.spec.register_
    if register is None or register.action == "enter":
        return
    field = package.fields.get(register.entry or "")
    if field is None or field.type != "entry":
        yield source.fault(
            ("register",),
            "register-entry",
            "`entry:` must name a field of type entry that says which one",
        )


def _officials_fields(package: Package, source: Source) -> Iterator[PackageFault]:
    for page in package.pages:
        for name in page.fields:
            field = package.fields.get(name)
            if field is not None and field.for_officials:
                yield source.fault(
                    ("data", name),
                    "officials-field",
                    f"“{name}” is for officials but stands on a page",
                )
