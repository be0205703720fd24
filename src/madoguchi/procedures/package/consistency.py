"""Faults that no single rule shows: texts missing a language, letters without template, law and type."""

from collections.abc import Iterator

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from madoguchi.documents.service import KIND_NAMES
from madoguchi.kernel.language import LANGUAGES
from madoguchi.procedures.package.activity_spec import activity_faults
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.package.roles import role_faults
from madoguchi.procedures.package.shapes import LetterSpec
from madoguchi.procedures.package.source import PackageFault, PathInFile, Source
from madoguchi.procedures.rounds import overlapping


def consistency_faults(package: Package, source: Source) -> list[PackageFault]:
    """Every such fault of a package."""
    return [
        *_languages(source.data, (), source, frozenset(package.spec.languages)),
        *_type_and_law(package, source),
        *_letters(package, source),
        *_register(package, source),
        *_officials_fields(package, source),
        *_accepted_files(package, source),
        *_rounds(package, source),
        *role_faults(package, source),
    ]


def _languages(
    value: object, path: PathInFile, source: Source, languages: frozenset[str]
) -> Iterator[PackageFault]:
    """A text that lacks one of the package's languages leaves some readers without it."""
    if isinstance(value, dict):
        if (
            value
            and value.keys() <= {*languages, *LANGUAGES}
            and all(isinstance(v, str) for v in value.values())
        ):
            for missing in sorted(languages - value.keys()):
                yield source.fault(
                    path, "language-missing", f"the text has no “{missing}”", "warning"
                )
            return
        for key, item in value.items():
            if key not in ("tests", "with", "effects"):
                yield from _languages(item, (*path, key), source, languages)
        for key in ("title", "summary", "label", "help", "message", "audience", "statement"):
            if isinstance(value.get(key), str) and languages != {"ja"}:
                yield source.fault(
                    (*path, key), "language-missing", f"“{key}” has Japanese only", "warning"
                )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _languages(item, (*path, index), source, languages)


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
    inspections = package.spec.inspections
    places: list[tuple[PathInFile, LetterSpec]] = [
        (("letters", key), letter) for key, letter in package.spec.letters.items()
    ]
    if inspections is not None:
        places += [(("inspections", "letters", k), ltr) for k, ltr in inspections.letters.items()]
    for path, letter in places:
        name = f"letters/{letter.template}"
        text = package.files.get(name)
        if text is None:
            yield source.fault((*path, "template"), "no-template", f"there is no file {name}")
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
    } | {duty.spec.overdue.letter or "" for duty in package.obligations.values()}
    if package.register is not None:
        used |= {act.spec.letter for act in package.register.acts.values()}
    for key in package.spec.letters.keys() - used:
        yield source.fault(
            ("letters", key),
            "letter-unused",
            f"no action issues the letter “{key}”; they issue {sorted(used)}",
        )


def _rounds(package: Package, source: Source) -> Iterator[PackageFault]:
    rounds = package.spec.rounds
    ids = [item.id for item in rounds]
    for index, id in enumerate(ids):
        if id in ids[:index]:
            text = f"there are two rounds “{id}”"
            yield source.fault(("rounds", index, "id"), "duplicate-round", text)
    for one, other in overlapping(rounds):
        text = f"the rounds “{one}” and “{other}” are open at the same time"
        yield source.fault(("rounds",), "rounds-overlap", text)


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
    if register is None:
        return
    yield from activity_faults(register, source)
    if register.action == "enter":
        yield from _number(register, source)
        if register.renewal is not None:
            text = "`renewal:` belongs to the procedure that renews: action: amend"
            yield source.fault(("register", "renewal"), "renewal-action", text)
        return
    about = package.about.entry
    if register.renewal is not None and (
        register.action != "amend" or about is None or register.entry != about
    ):
        text = "a renewal amends the entry its filing is about: `about: {entry: …}`, `entry:` alike"
        yield source.fault(("register", "renewal"), "renewal-about", text)
    field = package.fields.get(register.entry or "")
    # Who succeeds does not hold the entry yet: a rule finds it by what the filing says.
    ruled = register.action == "succeed" and register.entry is not None and field is None
    if not ruled and (field is None or field.type != "entry"):
        yield source.fault(
            ("register",),
            "register-entry",
            "`entry:` must name a field of type entry that says which one",
        )


def _number(register: RegisterSpec, source: Source) -> Iterator[PackageFault]:
    if "{serial" not in register.number:
        text = "the number needs {serial}, or two registrations would have the same"
        yield source.fault(("register", "number"), "number-serial", text)
    if ("{kind" in register.number) != (register.kind is not None):
        text = "{kind} in the number and the rule `kind:` need each other"
        yield source.fault(("register", "number"), "number-kind", text)


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
