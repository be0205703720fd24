"""Who within an organisation may do what, as pure decisions; the tree of branches."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

REPRESENTATIVE, ADMINISTRATOR, STAFF, PROGRAM = (
    "representative",
    "administrator",
    "staff",
    "program",
)
MOST_LEVELS = 3
MOST_PROCEDURES = 100
_PROCEDURE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Scope:
    """Whom somebody manages: `branches` None is everybody, else the members of these branches."""

    role: str
    branches: frozenset[str] | None

    def manages(self, role: str, branch: str | None) -> bool:
        """Whether they may change or remove a member with this role in this branch.

        A representative is changed by nobody here: the desk proves the next one.
        """
        if role in (REPRESENTATIVE, PROGRAM):
            return False
        return self.branches is None or (branch is not None and branch in self.branches)

    @property
    def whole(self) -> bool:
        """Whether they manage the whole organisation."""
        return self.branches is None


def below(parents: Mapping[str, str | None], branch: str) -> frozenset[str]:
    """A branch and all those below it, by {branch: the one above}."""
    found = {branch}
    for _ in range(MOST_LEVELS):
        found |= {one for one, above in parents.items() if above in found}
    return frozenset(found)


def path_to(parents: Mapping[str, str | None], branch: str | None) -> list[str]:
    """The branches from the top down to this one; [] for the organisation itself."""
    path: list[str] = []
    while branch is not None and branch not in path:
        path.append(branch)
        branch = parents.get(branch)
    return path[::-1]


def procedures_of(typed: str) -> list[str] | None:
    """Ids of procedures, one a line or separated by blanks and commas; None when one is no id."""
    found = (
        list(dict.fromkeys(re.split(r"[\s,、，]+", typed.strip().lower()))) if typed.strip() else []
    )
    found = [one for one in found if one]
    right = len(found) <= MOST_PROCEDURES and all(_PROCEDURE.fullmatch(one) for one in found)
    return found if right else None


def within(limits: Collection[str], own: Collection[str]) -> bool:
    """Whether who is limited to `own` may give these limits; none at all are no limit."""
    return not own or (bool(limits) and set(limits) <= set(own))


def scope_of(role: str, branch: str | None, parents: Mapping[str, str | None]) -> Scope | None:
    """What a member manages: all, their branch and those below, or (None) nothing."""
    if role == REPRESENTATIVE:
        return Scope(role, None)
    if role == ADMINISTRATOR:
        return Scope(role, None if branch is None else below(parents, branch))
    return None


def in_order(
    branches: Sequence[tuple[str, str | None, str]], top: str | None = None, level: int = 1
) -> list[tuple[str, int]]:
    """Branches (id, parent, name) as they are drawn: each under its parent, by name, with its level."""
    found: list[tuple[str, int]] = []
    if level <= MOST_LEVELS:
        for id, parent, _ in sorted(branches, key=lambda one: (one[2], one[0])):
            if parent == top:
                found += [(id, level), *in_order(branches, id, level + 1)]
    return found
