"""Roles a package names (役割): each is one that can be given to somebody, else nobody could ever act."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from madoguchi.identity.service import ROLES
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.source import PackageFault, PathInFile, Source
from madoguchi.procedures.workflow.machine import SYSTEM

APPLICANT = "applicant"


def role_faults(package: Package, source: Source) -> Iterator[PackageFault]:
    """Each unknown role once, where it is first named, with the role that was perhaps meant."""
    told: set[str] = set()
    for path, role, others in _named(package):
        known = [*ROLES, *others]
        if role in known or role in told:
            continue
        told.add(role)
        near = get_close_matches(role, known, 1)
        hint = f"did you mean “{near[0]}”?" if near else f"the roles are {', '.join(known)}"
        yield source.fault(path, "unknown-role", f"there is no role “{role}”; {hint}")


def _named(package: Package) -> Iterator[tuple[PathInFile, str, tuple[str, ...]]]:
    """(where, role, who else may stand there) of the routes, opinions, actions and fields."""
    machine = package.machine
    for name, route in machine.routes.items():
        for number, step in enumerate(route.steps):
            at: PathInFile = ("workflow", "routes", name, "steps", number)
            yield (*at, "role"), step.role, ()
            yield from (((*at, "proxy"), role, ()) for role in sorted(step.proxy))
    for name, opinion in machine.opinions.items():
        at = ("workflow", "opinions", name)
        yield (*at, "role"), opinion.role, ()
        written = package.spec.workflow.opinions.get(name)  # not of joint jurisdiction
        asked = written.by if written is not None else ()
        yield from (((*at, "by"), role, (APPLICANT,)) for role in asked)
    for name, action in machine.actions.items():
        at = ("workflow", "actions", name)
        yield from (((*at, "by"), role, (APPLICANT, SYSTEM)) for role in sorted(action.by))
        yield from _shown((*at, "form"), action.form)
    for name, act in (package.register.acts if package.register else {}).items():
        at = ("register", "acts", name)
        yield from (((*at, "by"), role, ()) for role in act.spec.by)
        yield from (((*at, "approve"), role, ()) for role in act.spec.approve)
    yield from _shown(("data",), package.fields)
    register = package.spec.register_
    for name, ledger in (register.ledgers if register is not None else {}).items():
        for number, recorder in enumerate(ledger.recorded_by):
            yield ("register", "ledgers", name, "recorded_by", number, "role"), recorder.role, ()


def _shown(
    at: PathInFile, fields: Mapping[str, Field]
) -> Iterator[tuple[PathInFile, str, tuple[str, ...]]]:
    for name, field in fields.items():
        for role in field.spec.visible_to or ():
            yield (*at, name, "visible_to"), role, ()
