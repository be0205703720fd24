"""Forms of a given size, made for measuring: fields of every kind, rules that depend on others."""

from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import load_or_raise

HEAD = """
id: bench-form
kind: application
title: {ja: 測定用, en: For measuring}
summary: {ja: 測定用, en: For measuring}
audience: {ja: 測定, en: Measuring}
law: [{act: 測定法, article: 第1条}]
effective: {from: 2020-04-01}
authority: {agency: meti}
standard_period: 30 open days
workflow: {pattern: permission}
data:
"""
KINDS = (
    "{{type: text, label: {{ja: 文{n}, en: Text {n}}}, required: true, max_length: 100}}",
    "{{type: decimal, label: {{ja: 数{n}, en: Number {n}}}, unit: kg, min: 0, required: true}}",
    "{{type: date, label: {{ja: 日{n}, en: Date {n}}}, min: 2020-01-01}}",
    "{{type: choice, label: {{ja: 選{n}, en: Choice {n}}}, options: {{a: 甲, b: 乙, c: 丙}}, required: true}}",
    "{{type: money, label: {{ja: 額{n}, en: Amount {n}}}, relevant: 'f{before} = \"a\"'}}",
    "{{type: decimal, label: {{ja: 計{n}, en: Total {n}}}, calculate: 'f{number} * 2 + 1'}}",
)
ANSWERS = ("東京都千代田区霞が関", "1234.5", "2026-04-01", "a", "90000", None)


def form_text(fields: int, pages: int = 1) -> str:
    """The procedure.yaml of a form with this many fields; every sixth is calculated."""
    lines = []
    for n in range(fields):
        kind = KINDS[n % len(KINDS)]
        lines.append(f"  f{n}: " + kind.format(n=n, before=n - 1, number=n - 4))
    each = -(-fields // pages)
    listed = [
        f"  - {{id: p{p}, title: {{ja: 頁{p}, en: Page {p}}}, fields: [{', '.join(f'f{n}' for n in range(p * each, min(fields, (p + 1) * each)))}]}}"
        for p in range(pages)
    ]
    checks = [
        f"  - {{on: f{n}, must: 'f{n} <= 100000 or f{n + 2} = \"a\"', message: {{ja: 確認, en: Check}}}}"
        for n in range(1, fields - 2, 6)
    ]
    return (
        HEAD
        + "\n".join(lines)
        + "\npages:\n"
        + "\n".join(listed)
        + "\nchecks:\n"
        + "\n".join(checks)
        + "\n"
    )


def form(fields: int, pages: int = 1) -> Package:
    """The compiled form."""
    return load_or_raise({"procedure.yaml": form_text(fields, pages)}, "v1")


def answers(fields: int) -> dict[str, object]:
    """A complete filing of the form."""
    return {f"f{n}": ANSWERS[n % 6] for n in range(fields) if ANSWERS[n % 6] is not None}
