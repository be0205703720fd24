"""Explaining (説明): why a rule is true, false or unknown, in words, and which data would settle it.

Only what decided is told: of a false ``and`` the conditions that failed, of a true ``or`` those that
hold. What is unknown names the data that are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .compiler import evaluator
from .expression import Expression
from .printer import printed
from .syntax import (
    Between,
    Call,
    Comparison,
    If,
    In,
    Literal,
    Logic,
    Name,
    Node,
    Path,
    children,
)
from .types import DATE, DATE_TIME
from .words import Text, both, comparison, outcome_of, value_text

Reference = tuple[str, ...]
Labels = Mapping[str, Text]


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

    ``missing`` are the references, each as in ``Expression.references``, that would settle it.
    """

    value: bool | None
    reasons: tuple[Reason, ...]

    @property
    def missing(self) -> tuple[Reference, ...]:
        """The data whose absence leaves the rule unknown, in the order of the conditions."""
        if self.value is not None:
            return ()
        return tuple(dict.fromkeys(m for reason in self.reasons for m in reason.missing))

    @property
    def message(self) -> Text:
        """All reasons as one text in Japanese and in English."""
        return {
            "ja": "".join(reason.message["ja"] for reason in self.reasons),
            "en": " ".join(reason.message["en"] for reason in self.reasons),
        }


def explain(
    expression: Expression, context: Mapping[str, object], labels: Labels | None = None
) -> Explanation:
    """Explain the value of a rule in a context.

    ``labels`` name data for people: ``{"site.area": {"ja": "敷地面積", "en": "site area"}}``.
    """
    work = _Explainer(expression, context, labels or {})
    value = expression(context)
    value = value if isinstance(value, bool) else None
    return Explanation(value, tuple(work.reasons(expression.node, value)))


class _Explainer:
    def __init__(
        self, expression: Expression, context: Mapping[str, object], labels: Labels
    ) -> None:
        self.analysis = expression.analysis
        self.context = context
        self.labels = labels

    def value(self, node: Node) -> Any:
        """Evaluate a part on its own."""
        return evaluator(self.analysis, node)(self.context)

    def truth(self, node: Node) -> bool | None:
        """Evaluate a condition."""
        value = self.value(node)
        return value if isinstance(value, bool) else None

    # ── which conditions decided ─────────────────────────────────────────────────────────────

    def reasons(self, node: Node, value: bool | None) -> list[Reason]:
        """Give the conditions that made a node what it is."""
        if isinstance(node, Logic):
            outcomes = [(operand, self.truth(operand)) for operand in node.operands]
            decisive = [(operand, found) for operand, found in outcomes if found is value]
            return [reason for part, found in decisive for reason in self.reasons(part, found)]
        if isinstance(node, Call) and self.is_negation(node):
            inner = None if value is None else not value
            return self.reasons(node.arguments[0], inner)
        if isinstance(node, If):
            condition = self.truth(node.condition)
            branch = node.yes if condition is True else node.no
            told = self.reasons(node.condition, condition)
            return told if isinstance(branch, Literal) else [*told, *self.reasons(branch, value)]
        return [self.reason(node, value)]

    def is_negation(self, node: Call) -> bool:
        """Tell ``not(…)`` of one condition."""
        return isinstance(node.function, Name) and node.function.name == "not"

    def reason(self, node: Node, value: bool | None) -> Reason:
        """Put one condition into words."""
        missing = tuple(self.missing(node)) if value is None else ()
        return Reason(printed(node), value, self.words(node, value, missing), missing)

    def missing(self, node: Node) -> list[Reference]:
        """List the references of a node whose data are absent."""
        origin = self.analysis.origins.get(node)
        if isinstance(node, (Name, Path)) and origin is not None:
            value = self.value(node) if self.stands_alone(node) else ()
            if value is None or (isinstance(value, list) and None in value):
                return [origin]
            return []
        found = [m for part in children(node) for m in self.missing(part)]
        return list(dict.fromkeys(found))

    def stands_alone(self, node: Node) -> bool:
        """Tell whether a node can be evaluated outside the loop or filter it stands in."""
        from .scope import Local, Member

        binding = self.analysis.bindings.get(node)
        if isinstance(binding, (Local, Member)):
            return False
        return all(self.stands_alone(part) for part in children(node))

    # ── words ────────────────────────────────────────────────────────────────────────────────

    def words(self, node: Node, value: bool | None, missing: tuple[Reference, ...]) -> Text:
        """Say that a condition holds, does not hold, or cannot be judged."""
        if value is None and missing:
            return self.unknown(node, missing)
        if isinstance(node, Comparison):
            days = self.analysis.types.get(node.left) in (DATE, DATE_TIME)
            left, right = self.subject(node.left), self.object(node.right)
            return comparison(node.op, left, right, value, days)
        if isinstance(node, Between):
            low, high = self.object(node.low), self.object(node.high)
            range_ = {
                "ja": f"{low['ja']}以上{high['ja']}以下",
                "en": f"{low['en']} to {high['en']}",
            }
            return comparison("between", self.subject(node.value), range_, value)
        if isinstance(node, In):
            options = both(", ".join(printed(test) for test in node.tests))
            return comparison("in", self.subject(node.value), options, value)
        return outcome_of(self.name(node), value)

    def unknown(self, node: Node, missing: tuple[Reference, ...]) -> Text:
        """Say which data are missing to judge a condition."""
        names = [self.label(reference) for reference in missing]
        ja, en = ("、".join(n["ja"] for n in names), ", ".join(n["en"] for n in names))
        text = printed(node)
        return {
            "ja": f"{ja}が未入力のため、「{text}」かどうか分かりません。",
            "en": f"Without {en} it is not known whether “{text}”.",
        }

    def label(self, reference: Reference) -> Text:
        """Name data for people."""
        dotted = ".".join(reference)
        return self.labels.get(dotted) or both(dotted)

    def name(self, node: Node) -> Text:
        """Name a part: by its label when it is data, else by its text."""
        origin = self.analysis.origins.get(node)
        if isinstance(node, (Name, Path)) and origin is not None:
            return self.label(origin)
        return both(printed(node))

    def subject(self, node: Node) -> Text:
        """Name a part together with its value."""
        name, value = self.name(node), value_text(self.value(node))
        if isinstance(node, Literal):
            return value
        return {"ja": f"{name['ja']}（{value['ja']}）", "en": f"{name['en']} ({value['en']})"}

    def object(self, node: Node) -> Text:
        """Name what a part is compared with: a constant by its value alone."""
        if node in self.analysis.constant:
            return value_text(self.value(node))
        return self.subject(node)
