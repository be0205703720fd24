"""Rounds of the same forms as versions (様式の改訂の取込): each round's forms follow those before them.

A form finds the package of an earlier round by what it asks; its questions keep the names they had.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from madoguchi.installation.importing import (
    Forms,
    Outcome,
    Work,
    by_language,
    imported_all,
    package_id,
    readable,
)
from madoguchi.procedures.importers.form import Question, Table, walk
from madoguchi.procedures.importers.naming import slug
from madoguchi.procedures.importers.recognise import form_of
from madoguchi.procedures.importers.rounds import kept_names, likeness
from madoguchi.procedures.importers.writing import Settings
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import load

ALIKE = 1 / 3  # a form follows one with which it shares a third of its questions
SAME_NAME = 0.5  # or one that is called the same


def import_rounds(
    rounds: Sequence[Path], agency: str, effective: date, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    """Import each path as a round: v1, v2, …; a form new in a round begins with that version."""
    latest: dict[str, Package] = {}
    taken: set[str] = set()
    outcomes: list[Outcome] = []
    for number, path in enumerate(rounds, 1):
        forms, refused = readable([path])
        prefix = f"{path.name}/" if path.is_dir() else ""
        work = _following(list(by_language(forms)), latest, taken, Settings("", agency, effective))
        found = [replace(w, version=f"v{number}") for w in work]
        for outcome in [*refused, *imported_all(found)]:
            named = replace(outcome, file=prefix + outcome.file)
            outcomes.append(named)
            tell(named)
            if named.state == "imported":
                package = load(named.files, named.version).package
                assert package is not None  # noqa: S101 - it has just been compiled
                latest[named.package] = package
    return outcomes


def _following(
    groups: list[Forms], latest: dict[str, Package], taken: set[str], settings: Settings
) -> list[Work]:
    """What each form of a round becomes: the next version of the package most like it, or its own."""
    forms = [form_of(group[0][2], group[0][0].stem) for group in groups]
    pairs = []
    for index, form in enumerate(forms):
        size = sum(isinstance(node, Question | Table) for node in walk([*form.pages]))
        for name, package in latest.items():
            alike = likeness(form, package)
            score = alike / max(size, 1) + SAME_NAME * _same_name(groups[index][0][0].stem, name)
            if score >= ALIKE:
                pairs.append((score, index, name))
    follows: dict[int, str] = {}
    for _, index, name in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if index not in follows and name not in follows.values():
            follows[index] = name
    work = []
    for index, group in enumerate(groups):
        path, name, _ = group[0]
        earlier = latest.get(follows.get(index, ""))
        chosen = replace(
            settings,
            id=follows.get(index) or package_id(path, name, taken),
            kept=kept_names(forms[index], earlier) if earlier is not None else {},
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        work.append(Work(tuple(g[0] for g in group), tuple(g[1] for g in group), chosen))
    return work


def _same_name(stem: str, known: str) -> bool:
    """Whether every word of one name is in the other."""
    first, second = set(slug(stem, "-").split("-")), set(known.split("-"))
    return first <= second or second <= first
