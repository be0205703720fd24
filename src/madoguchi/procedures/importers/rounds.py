"""Rounds of one form (様式の改訂): the same question keeps its name, though its key may be new.

Matched by key, else by the same label, else by a label that is nearly the same; each question of
the earlier round at most once.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.form import Form, Question, asked
from madoguchi.procedures.package.compiled import Package

NEAR = 0.82


class Known(NamedTuple):
    """A question: its name in the earlier round, its key in the source, its label and type."""

    name: str
    source: str
    label: str
    type: str


def kept_names(form: Form, earlier: Package) -> dict[str, str]:
    """Source key of the form → name in the earlier round, for every question that was there."""
    known, questions = list(_known(earlier)), list(_asked(form))
    found: dict[str, str] = {}
    for match in (_by_key, _by_label, _nearest):
        for question in questions:
            same = match(question, known) if question.source not in found else None
            if same is not None:
                found[question.source] = same.name
                known.remove(same)
    return found


def likeness(form: Form, earlier: Package) -> int:
    """How many questions of a form an earlier package has by key or label, to find its own round."""
    known = list(_known(earlier))
    sources, labels = {k.source for k in known}, {k.label for k in known}
    return sum((q.source in sources) + (q.label in labels) for q in _asked(form))


def _by_key(question: Known, known: list[Known]) -> Known | None:
    return next((k for k in known if k.source == question.source), None)


def _by_label(question: Known, known: list[Known]) -> Known | None:
    """The question of the same label, best of the same type."""
    alike = [k for k in known if k.label == question.label != ""]
    return min(alike, key=lambda k: k.type != question.type, default=None)


def _nearest(question: Known, known: list[Known]) -> Known | None:
    """The question of the same type whose label is nearly this one."""
    best, score = None, NEAR
    for match in known:
        if match.type != question.type or not question.label:
            continue
        ratio = SequenceMatcher(None, question.label, match.label, autojunk=False)
        # The cheap estimates come first; they are never too low.
        estimates = (ratio.real_quick_ratio, ratio.quick_ratio, ratio.ratio)
        if all(estimate() > score for estimate in estimates):
            best, score = match, ratio.ratio()
    return best


def _asked(form: Form) -> Iterator[Known]:
    for node in asked(form.pages):
        kind = node.type if isinstance(node, Question) else "table"
        yield Known("", node.source, _label(node.label), kind)


def _known(package: Package) -> Iterator[Known]:
    for outer in package.fields.values():
        for field in (outer, *outer.columns.values()):
            if field.type != "note":
                yield Known(field.name, field.spec.source or "", _label(field.label), field.type)


def _label(label: Mapping[str, str] | Text) -> str:
    text = label.get("en") or next(iter(label.values()), "")
    return " ".join(text.lower().rstrip("?!.: ").split())
