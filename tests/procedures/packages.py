"""Small packages made in tests: a head that every one shares, and what each adds."""

from datetime import date
from typing import Any

from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import Loaded, load
from madoguchi.procedures.package.scope import Environment

HEAD = """\
id: trial
kind: {kind}
title: {{ja: 試験, en: Trial}}
summary: {{ja: 試験の手続, en: A trial}}
audience: {{ja: 皆さま, en: Everyone}}
law: [{{act: 試験法, article: 第1条}}]
effective: {{from: 2026-04-01}}
authority: {{agency: {agency}}}
"""


def loaded(
    body: str,
    kind: str = "application",
    pattern: str = "permission",
    agency: str = "meti",
    **files: str,
) -> Loaded:
    """A package of the shared head and a body, with further files."""
    head = HEAD.format(kind=kind, agency=agency)
    if "\nworkflow:" not in f"\n{body}":
        head += f"workflow: {{pattern: {pattern}}}\n"
    if kind == "application":
        head += "standard_period: 30 open days\n"
    return load({"procedure.yaml": head + body, **files}, "v1")


def package(body: str, **options: Any) -> Package:
    """The compiled package; its faults fail the test."""
    found = loaded(body, **options)
    assert found.package is not None, [str(fault) for fault in found.faults]
    return found.package


def environment(**changes: Any) -> Environment:
    """An environment on 1 May 2026 in which nothing is known of anyone."""
    today = changes.pop("today", date(2026, 5, 1))
    return Environment(today=today, filed_on=today, **changes)
