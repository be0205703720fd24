"""Boxed expressions (表形式の式), DMN 10.2: an element compiled to a function of a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..expression import compile
from ..faults import FeelError
from ..operators import all_of, any_of
from ..runtime import UserFunction, domain_of, invoke
from ..tables import DecisionTable, Input, Output, Rule, decision_table
from ..types import ANY, FunctionType, ListType, Type
from ..values import as_list
from .items import ANYTHING, Item, Items
from .xml import Tag

Context = Mapping[str, object]
Logic = Callable[[Context], Any]

POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
AGGREGATIONS = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#", "": ""}


def nothing(_context: Context) -> None:
    """Give null: the logic of what is empty or cannot be read."""


@dataclass(frozen=True)
class Boxes:
    """Compiles the boxed expressions of one model: ``scope`` types the names visible."""

    items: Items
    scope: Mapping[str, Type]

    def within(self, names: Mapping[str, Type]) -> Boxes:
        """See more names."""
        return replace(self, scope={**self.scope, **names})

    def compile(self, tag: Tag | None) -> Logic:
        """Compile an element; its result is fitted to its ``typeRef``."""
        if tag is None or tag.name not in KINDS:
            return nothing
        try:
            logic = KINDS[tag.name](self, tag)
        except FeelError:
            return nothing
        item = self.items.named(tag.get("typeRef"))
        return logic if item is ANYTHING else lambda context: item.fit(logic(context))

    def part(self, tag: Tag, name: str) -> Logic:
        """Compile the expression inside a named part (``if``, ``in``, ``match`` …)."""
        part = tag.one(name)
        return self.compile(expression_in(part) if part else None)

    def text(self, source: str | None) -> Logic:
        """Compile a text of FEEL; an empty one is null."""
        if not source:
            return nothing
        return compile(source, self.scope, types=self.items.types, strict=False)

    # ── simple boxes ─────────────────────────────────────────────────────────────────────────

    def _literal(self, tag: Tag) -> Logic:
        language = tag.get("expressionLanguage")
        return (
            nothing
            if language and "FEEL" not in language.upper()
            else self.text(tag.text_of("text"))
        )

    def _context(self, tag: Tag) -> Logic:
        boxes = self
        entries: list[tuple[str | None, Logic]] = []
        for entry in tag.all("contextEntry"):
            variable = entry.one("variable")
            name = variable.get("name") if variable else None
            item = self.items.named(variable.get("typeRef")) if variable else ANYTHING
            if entry.one("functionDefinition"):
                item = ANYTHING  # the type named there is that of the function's results
            entries.append((name, fitted(boxes.compile(expression_in(entry)), item)))
            if name:
                boxes = boxes.within({name: item.type})

        def logic(context: Context) -> Any:
            seen = dict(context)
            made: dict[str, Any] = {}
            for name, value_of in entries:
                value = value_of(seen)
                if name is None:
                    return value
                seen[name] = made[name] = value
            return made

        return logic

    def _list_of(self, tag: Tag) -> Logic:
        items = [self.compile(child) for child in tag.children if child.name in KINDS]
        return lambda context: [item(context) for item in items]

    def _relation(self, tag: Tag) -> Logic:
        columns = [column.get("name") for column in tag.all("column")]
        rows = [
            [self.compile(cell) for cell in row.children if cell.name in KINDS]
            for row in tag.all("row")
        ]
        return lambda context: [
            {name: cell(context) for name, cell in zip(columns, row, strict=False)} for row in rows
        ]

    # ── functions ────────────────────────────────────────────────────────────────────────────

    def _function(self, tag: Tag) -> Logic:
        parameters = [
            (p.get("name"), self.items.named(p.get("typeRef"))) for p in tag.all("formalParameter")
        ]
        kinds = tuple((name, item.type) for name, item in parameters)
        kind = FunctionType(params=kinds, returns=ANY)
        external = tag.get("kind", "FEEL") != "FEEL"
        body = nothing if external else self.within(dict(kinds)).compile(expression_in(tag))

        def logic(context: Context) -> UserFunction:
            def call(*values: Any) -> Any:
                named = zip(parameters, values, strict=True)
                given = {name: item.fit(value) for (name, item), value in named}
                return body({**context, **given})

            return UserFunction(kind, call)

        return logic

    def _invocation(self, tag: Tag) -> Logic:
        function = self.compile(expression_in(tag))
        bindings = []
        for binding in tag.all("binding"):
            parameter = binding.one("parameter")
            name = parameter.get("name") if parameter else ""
            item = self.items.named(parameter.get("typeRef") if parameter else None)
            bindings.append((name, fitted(self.compile(expression_in(binding)), item)))
        names = tuple(name for name, _ in bindings)
        return lambda context: invoke(
            function(context), tuple(value(context) for _, value in bindings), names
        )

    # ── control ──────────────────────────────────────────────────────────────────────────────

    def _conditional(self, tag: Tag) -> Logic:
        condition, yes, no = (self.part(tag, name) for name in ("if", "then", "else"))

        def logic(context: Context) -> Any:
            answer = condition(context)
            if answer is not None and not isinstance(answer, bool):
                return None
            return (yes if answer else no)(context)

        return logic

    def _filter(self, tag: Tag) -> Logic:
        source = self.part(tag, "in")
        match = self.within({"item": ANY}).part(tag, "match")

        def logic(context: Context) -> Any:
            items = as_list(source(context))
            if items is None:
                return None
            kept = []
            for item in items:
                entries = item if isinstance(item, Mapping) else {}
                answer = match({**context, **entries, "item": item})
                if not isinstance(answer, bool):
                    return None
                if answer:
                    kept.append(item)
            return kept

        return logic

    def each(self, tag: Tag, body: str) -> tuple[Callable[[Context], Any], Callable[..., Any]]:
        """Compile what the iterating boxes share: the domain, and the body for one item."""
        name = tag.get("iteratorVariable")
        inner = self.within({name: ANY, "partial": ListType()}).part(tag, body)
        source = self.part(tag, "in")

        def one(context: Context, item: Any, partial: list[Any]) -> Any:
            return inner({**context, name: item, "partial": partial})

        return (lambda context: domain_of(source(context))), one

    def _loop(self, tag: Tag) -> Logic:
        domain, body = self.each(tag, "return")

        def logic(context: Context) -> Any:
            items = domain(context)
            if items is None:
                return None
            results: list[Any] = []
            for item in items:
                results.append(body(context, item, results))
            return results

        return logic

    def _quantified(self, tag: Tag) -> Logic:
        domain, body = self.each(tag, "satisfies")
        combine = any_of if tag.name == "some" else all_of

        def logic(context: Context) -> Any:
            items = domain(context)
            if items is None:
                return None
            answers = [body(context, item, []) for item in items]
            if not all(answer is None or isinstance(answer, bool) for answer in answers):
                return None
            return combine(answers)

        return logic

    # ── decision tables ──────────────────────────────────────────────────────────────────────

    def _table(self, tag: Tag) -> Logic:
        policy = (
            POLICIES.get(tag.get("hitPolicy", "UNIQUE"), "U") + AGGREGATIONS[tag.get("aggregation")]
        )
        whole = self.items.named(tag.get("typeRef"))
        table = DecisionTable(
            tuple(self.input(column) for column in tag.all("input")),
            tuple(self.output(column, whole) for column in tag.all("output")),
            tuple(
                Rule(
                    tuple(cell.text_of("text") or "-" for cell in rule.all("inputEntry")),
                    tuple(cell.text_of("text") or "null" for cell in rule.all("outputEntry")),
                )
                for rule in tag.all("rule")
            ),
            policy,
        )
        return decision_table(table, self.scope, types=self.items.types, strict=False)

    def input(self, tag: Tag) -> Input:
        """Read an input column."""
        expression = tag.one("inputExpression")
        text = expression.text_of("text") if expression else None
        values = tag.one("inputValues")
        return Input(text or "null", ANY, values.text_of("text") if values else None)

    def output(self, tag: Tag, whole: Item) -> Output:
        """Read an output column; its order of priority may be that of its type."""
        item = self.items.named(tag.get("typeRef")) if tag.get("typeRef") else whole
        values = tag.one("outputValues")
        default = tag.one("defaultOutputEntry")
        order = values.text_of("text") if values else item.values
        text = default.text_of("text") if default else None
        return Output(tag.get("name"), ANY, order, text)


def fitted(logic: Logic, item: Item) -> Logic:
    """Fit a result to an item."""
    return logic if item is ANYTHING else lambda context: item.fit(logic(context))


def expression_in(tag: Tag) -> Tag | None:
    """Give the boxed expression inside an element."""
    return next((child for child in tag.children if child.name in KINDS), None)


KINDS: dict[str, Callable[[Boxes, Tag], Logic]] = {
    "literalExpression": Boxes._literal,
    "context": Boxes._context,
    "list": Boxes._list_of,
    "relation": Boxes._relation,
    "functionDefinition": Boxes._function,
    "invocation": Boxes._invocation,
    "conditional": Boxes._conditional,
    "filter": Boxes._filter,
    "for": Boxes._loop,
    "some": Boxes._quantified,
    "every": Boxes._quantified,
    "decisionTable": Boxes._table,
}
