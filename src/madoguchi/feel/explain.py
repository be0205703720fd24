"""Explaining (説明): why a rule is true, false or unknown, in words, and which data would settle it.

Only what decided is told: of a false ``and`` the conditions that failed, of a true ``or`` those that
hold. Of the absent data only those count that may still change the answer (three-valued logic).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from . import syntax
from .builtins.conversion import text_of
from .checker import Analysis
from .compiler import evaluator
from .expression import Expression
from .operators import equal
from .printer import printed
from .scope import Local, Member, Variable
from .syntax import Node, children, walk
from .texts import TEXTS
from .types import ListType

MOST_NODES = 50_000  # in the parts evaluated for one explanation; of the rest all absent data count
OPPOSITE = {"=": "!=", ">=": "<", "<=": ">", "one of": "none of", "within": "outside"}
OPPOSITE |= {fails: holds for holds, fails in OPPOSITE.items()}

Reference = tuple[str, ...]
Text = Mapping[str, str]


@dataclass(frozen=True)
class Reason:
    """One condition (条件) that decided: its text, its outcome, words, and data it lacks."""

    text: str
    outcome: bool | None
    message: Text
    missing: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why a rule has its value (None: unknown), condition by condition.

    ``missing`` are the absent data (each as in ``Expression.references``) that may still change the
    value, in the order of the rule: whatever the others turn out to be, the value stays.
    """

    value: bool | None
    reasons: tuple[Reason, ...]
    missing: tuple[Reference, ...]

    @property
    def message(self) -> Text:
        """All reasons as one text in Japanese and in English."""
        ja, en = (
            [reason.message[language] for reason in self.reasons] for language in ("ja", "en")
        )
        return {"ja": "".join(ja), "en": " ".join(en)}


def explain(
    expression: Expression, context: Mapping[str, object], labels: Mapping[str, Text] | None = None
) -> Explanation:
    """Explain the value of a rule in a context.

    ``labels`` name data for people: ``{"site.area": {"ja": "敷地面積", "en": "site area"}}``.
    """
    work = _Explainer(expression.analysis, context, labels or {})
    value = expression(context)
    value = value if isinstance(value, bool) else None
    settled = value is not None and is_monotone(expression.node)
    missing = () if settled else tuple(work.missing(expression.node))
    return Explanation(value, tuple(work.reasons(expression.node, value)), missing)


@lru_cache(maxsize=5000)
def part(analysis: Analysis, node: Node) -> Callable[[Mapping[str, object]], Any]:
    """Compile a part of a rule, once for all contexts it is explained in."""
    return evaluator(analysis, node)


@dataclass
class _Explainer:
    analysis: Analysis
    context: Mapping[str, object]
    labels: Mapping[str, Text]
    nodes: int = 0

    def value(self, node: Node) -> Any:
        """Evaluate a part on its own."""
        return part(self.analysis, node)(self.context)

    def truth(self, node: Node) -> bool | None:
        """Evaluate a condition."""
        value = self.value(node)
        return value if isinstance(value, bool) else None

    # ── which data matter ────────────────────────────────────────────────────────────────────

    def missing(self, node: Node) -> dict[Reference, None]:
        """List the absent data that may still change what a part is; none when it is settled."""
        parts = [self.missing(child) for child in children(node)]
        absent = {o: None for found in (self.lacking(node), *parts) for o in found}
        if not absent or not isinstance(node, SETTLING) or not self.can_evaluate(node):
            return absent
        if is_monotone(node) and self.value(node) is not None:
            return {}
        if isinstance(node, syntax.Logic):
            settled = [n for n, lacks in zip(node.operands, parts, strict=True) if not lacks]
            if any(self.truth(operand) is (node.op == "or") for operand in settled):
                return {}
        if isinstance(node, syntax.If):
            condition, *branches = parts
            if not condition:
                return branches[self.value(node.condition) is not True]
            if not any(branches) and equal(self.value(node.yes), self.value(node.no)):
                return {}
        return absent

    def lacking(self, node: Node) -> list[Reference]:
        """Give the data that a node reads, as far as it reads them, that are absent."""
        origin, binding = self.analysis.origins.get(node), self.analysis.bindings.get(node)
        found = [] if node in self.analysis.extended else [origin]
        if isinstance(binding, Member) and isinstance(binding.otherwise, Variable):
            found.append(binding.otherwise.origin)  # an entry of the item, or else this
        return [o for o in found if o and is_absent(self.context, o)]

    def can_evaluate(self, node: Node) -> bool:
        """Tell whether a part can be evaluated, outside the loop or filter it stands in, in time."""
        if self.nodes > MOST_NODES:
            return False
        nodes = list(walk(node))
        self.nodes += len(nodes)
        declared = {local for n in nodes for local in self.analysis.declared.get(n, ())}
        bound = [self.analysis.bindings.get(n) for n in nodes]
        items = {b.item if isinstance(b, Member) else b for b in bound}
        return all(item in declared for item in items if isinstance(item, Local))

    # ── which conditions decided ─────────────────────────────────────────────────────────────

    def reasons(self, node: Node, value: bool | None) -> list[Reason]:
        """Give the conditions that made a node what it is."""
        match node if self.can_evaluate(node) else None:
            case syntax.Logic(operands=operands):
                decisive = [operand for operand in operands if self.truth(operand) is value]
                return [reason for operand in decisive for reason in self.reasons(operand, value)]
            case syntax.Call(syntax.Name("not"), (operand,)):
                return self.reasons(operand, None if value is None else not value)
            case syntax.If(condition, yes, no):
                chosen = self.truth(condition)
                branch = yes if chosen is True else no
                told = self.reasons(condition, chosen)
                return told + (
                    [] if isinstance(branch, syntax.Literal) else self.reasons(branch, value)
                )
        missing = tuple(self.missing(node))
        return [Reason(printed(node), value, self.words(node, value, missing), missing)]

    # ── words ────────────────────────────────────────────────────────────────────────────────

    def words(self, node: Node, value: bool | None, missing: tuple[Reference, ...]) -> Text:
        """Say that a condition holds, does not hold, or cannot be judged."""
        if value is None:
            names = joined(self.label(reference) for reference in missing)
            return said("missing" if missing else "unknown", s=both(printed(node)), m=names)
        match node:
            case syntax.Comparison(op, left, right):
                days = op[0] in "<>" and isinstance(self.value(left), date)
                word = op if value else OPPOSITE[op]
                left_, right_ = self.subject(left), self.object(right)
                return said(f"day {word}" if days else word, s=left_, o=right_)
            case syntax.Between(subject, low, high):
                span = self.object(syntax.RangeOf(low, high, True, True))
                return said("within" if value else "outside", s=self.subject(subject), o=span)
            case syntax.In(subject, (syntax.RangeOf() as span,)):
                word = "within" if value else "outside"
                return said(word, s=self.subject(subject), o=self.object(span))
            case syntax.In(subject, (syntax.ListOf(tests),) | tests):
                options = joined(self.object(test) for test in tests)
                word = "one of" if value else "none of"
                return said(word, s=self.subject(subject), o=options)
            case syntax.Quantified(word, (syntax.Iteration(end=None) as rows,), condition):
                place = self.place(rows, condition, value) if value == (word == "some") else ""
                word = f"{'item' if place else 'all'} {value}"
                told = {"s": self.name(rows.domain), "o": both(printed(condition))}
                return said(word, **told, n=both(place))
        return said("holds" if value else "fails", s=self.name(node))

    def place(self, rows: syntax.Iteration, condition: Node, value: bool) -> str:
        """Find the first item, counted from 1, of which a condition is true or false."""
        answers = syntax.For((rows,), condition)
        self.analysis.declared[answers] = (Local("partial", ListType()),)
        found = evaluator(self.analysis, answers)(self.context) or []
        return next((str(n) for n, answer in enumerate(found, 1) if answer is value), "?")

    def label(self, reference: Reference) -> Text:
        """Name data for people."""
        dotted = ".".join(reference)
        return self.labels.get(dotted) or both(dotted)

    def name(self, node: Node) -> Text:
        """Name a part: by its label when it is data, else by its text."""
        origin = self.analysis.origins.get(node)
        return self.label(origin) if origin else both(printed(node))

    def subject(self, node: Node) -> Text:
        """Name a part together with its value."""
        value = value_text(self.value(node))
        return (
            value if isinstance(node, syntax.Literal) else said("named", s=self.name(node), v=value)
        )

    def object(self, node: Node) -> Text:
        """Name what a part is compared with: a constant by its value alone."""
        match node:
            case syntax.RangeOf(low, high, low_included, high_included):
                ends = (
                    said(f"low {low_included}", v=self.object(low)),
                    said(f"high {high_included}", v=self.object(high)),
                )
                return {language: ends[0][language] + ends[1][language] for language in ends[0]}
            case syntax.Test() | syntax.Holds():
                return both(printed(node))
        return (
            value_text(self.value(node)) if node in self.analysis.constant else self.subject(node)
        )


def said(word: str, **parts: Text) -> Text:
    """Fill a phrase in both languages."""
    phrases: Text = TEXTS["words"][word]
    return {
        language: phrase.format(**{name: text[language] for name, text in parts.items()})
        for language, phrase in phrases.items()
    }


def both(text: str) -> Text:
    """Use the same text in both languages."""
    return {"ja": text, "en": text}


def joined(texts: Iterable[Text]) -> Text:
    """Put texts together with commas."""
    found = list(texts)
    return {
        language: comma.join(t[language] for t in found)
        for language, comma in said("comma").items()
    }


def value_text(value: Any) -> Text:
    """Write a value for people."""
    if isinstance(value, str):
        return said("string", v=both(value))
    text = text_of(value, quoted=True)
    return said(text) if value is None or isinstance(value, bool) else both(text)


# ── absence ──────────────────────────────────────────────────────────────────────────────────

SETTLING = (syntax.If, syntax.Logic, syntax.Comparison, syntax.Between, syntax.Quantified)
STRICT = (syntax.Literal, syntax.Name, syntax.Path, syntax.Negation, syntax.Arithmetic)
MONOTONE = (*SETTLING[1:], *STRICT, syntax.Iteration)


def is_monotone(node: Node) -> bool:
    """Tell whether a condition once true or false stays so whatever absent data turn out to be.

    It does where null gives null; but ``=`` finds null equal to null, and to nothing else.
    """
    for part in walk(node):
        match part:
            case syntax.Comparison("=" | "!="):
                return False
            case syntax.Call(syntax.Name("not")):
                continue
        if not isinstance(part, MONOTONE):
            return False
    return True


def is_absent(value: object, path: Reference, depth: int = 50) -> bool:
    """Tell whether data are not there: null, or without the entry, in any item of a list."""
    if isinstance(value, (list, tuple)):
        return depth > 0 and any(is_absent(item, path, depth - 1) for item in value)
    if value is None or not path:
        return value is None
    return isinstance(value, Mapping) and is_absent(value.get(path[0]), path[1:], depth)
