"""Compiling the pages of a package: every field on one page, sections within them."""

from madoguchi.procedures.package import compiled, spec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.source import PathInFile


def compile_pages(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> tuple[compiled.Page, ...]:
    """The pages of a package; every field that is asked stands on one of them."""
    asked = [n for n, f in procedure.data.items() if f.visible_to is None]
    if not procedure.pages:
        title = {str(language): text for language, text in procedure.title.items()}
        return (compiled.Page("form", title, tuple(asked)),)
    seen: dict[str, str] = {}
    for index, page in enumerate(procedure.pages):
        for position, name in enumerate(page.fields):
            where = ("pages", index, "fields", position)
            if name not in procedure.data:
                rules.faults.append(
                    rules.source.fault(where, "unknown-field", f"there is no field “{name}”")
                )
            elif name in seen:
                rules.faults.append(
                    rules.source.fault(
                        where, "field-twice", f"“{name}” is already on the page “{seen[name]}”"
                    )
                )
            seen[name] = page.id
    for name in asked:
        if name not in seen:
            rules.faults.append(
                rules.source.fault(("data", name), "no-page", f"the field “{name}” is on no page")
            )
    return tuple(_page(procedure, index, rules) for index in range(len(procedure.pages)))


def _page(procedure: spec.ProcedureSpec, index: int, rules: RuleCompiler) -> compiled.Page:
    page = procedure.pages[index]
    return compiled.Page(
        page.id,
        dict(page.title),
        tuple(page.fields),
        page.help and dict(page.help),
        tuple(
            _section(page, section, ("pages", index, "sections", place), rules)
            for place, section in enumerate(page.sections)
        ),
    )


def _section(
    page: spec.PageSpec, section: spec.SectionSpec, path: PathInFile, rules: RuleCompiler
) -> compiled.Section:
    """A section is a run of its page's fields: what stands under one heading stands together."""
    run = [name for name in page.fields if name in section.fields]
    start = page.fields.index(run[0]) if run else 0
    if run != list(section.fields) or page.fields[start : start + len(run)] != run:
        rules.faults.append(
            rules.source.fault(
                (*path, "fields"),
                "section-fields",
                f"a section names fields that follow each other on the page “{page.id}”",
            )
        )
    return compiled.Section(
        dict(section.title), frozenset(section.fields), section.help and dict(section.help)
    )
