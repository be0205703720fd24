"""Which registers are inspected (検査のある登録簿): the package in force that says how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.identity import service as identity
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Environment, Inspections, Package


@dataclass(frozen=True)
class Programme:
    """A register whose entries are inspected, under the package that enters them."""

    register: str
    package: Package
    block: Inspections


async def programmes(session: AsyncSession, on: date) -> list[Programme]:
    """Every register that is inspected under a package in force on a day."""
    found = [
        _programme(package)
        for package in await procedures.all_current(session, on)
        if package.inspections is not None
    ]
    return sorted(found, key=lambda programme: programme.register)


async def programme_of(session: AsyncSession, register: str, on: date) -> Programme:
    """The programme of a register. CaseError 404 when it is not inspected."""
    for programme in await programmes(session, on):
        if programme.register == register:
            return programme
    raise not_found()


async def pinned(session: AsyncSession, digest: str) -> Programme:
    """The programme as the pinned version says."""
    return _programme(await procedures.package(session, digest))


def _programme(package: Package) -> Programme:
    assert package.inspections is not None  # noqa: S101 - the version was pinned for them
    assert package.register is not None  # noqa: S101 - the compiler asks for it
    return Programme(package.register.spec.name, package, package.inspections)


def environment_on(day: date) -> Environment:
    """What rules of inspections know besides entry and history."""
    return Environment(today=day, filed_on=day, office=identity.office_of)


def law_text(law: object) -> str:
    """A provision as people write it: the Act and the article."""
    if law is None:
        return ""
    named: Mapping[str, str] = law if isinstance(law, Mapping) else vars(law)
    return " ".join(filter(None, (named.get("act", ""), named.get("article", ""))))
