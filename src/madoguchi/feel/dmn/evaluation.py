"""Evaluating a model (評価): decisions with what they require, each once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from ..meter import metered
from ..runtime import ENDINGS, UserFunction
from ..types import ANY, FunctionType
from ..values import normal
from .boxed import Boxes, Logic, expression_in
from .model import Element, Model, scope_of
from .xml import Tag

_compiled: WeakKeyDictionary[Tag, Logic] = WeakKeyDictionary()


class Evaluation:
    """One evaluation of a model: inputs by name, and the decisions made so far."""

    def __init__(self, model: Model, inputs: Mapping[str, object]) -> None:
        self.model = model
        self.inputs = {name: normal(value) for name, value in inputs.items()}
        self.values: dict[Tag, Any] = {}

    def decide(self, name: str) -> Any:
        """Give the value of a decision; None when there is none of that name."""
        tag = self.model.named(name, "decision")
        return None if tag is None else self._metered(lambda: self.value(Element(self.model, tag)))

    def call(self, name: str, arguments: Mapping[str, object]) -> Any:
        """Call a decision service or business knowledge model by name."""
        tag = self.model.named(name, "decisionService", "businessKnowledgeModel")
        if tag is None:
            return None
        given = {key: normal(value) for key, value in arguments.items()}
        return self._metered(lambda: self.value(Element(self.model, tag)).call_named(given))

    def _metered(self, work: Callable[[], Any]) -> Any:
        try:
            with metered():
                return work()
        except ENDINGS:
            return None

    # ── elements ─────────────────────────────────────────────────────────────────────────────

    def value(self, element: Element) -> Any:
        """Give the value of an element: data, the result of a decision, or a function."""
        tag = element.tag
        if tag not in self.values:
            self.values[tag] = None  # while it is being decided: a cycle ends in null
            self.values[tag] = VALUES[tag.name](self, element)
        return self.values[tag]

    def input(self, element: Element) -> Any:
        """Read input data, fitted to its type."""
        return element.item.fit(self.inputs.get(element.name))

    def decision(self, element: Element) -> Any:
        """Decide."""
        required = element.model.requirements(element.tag)
        logic = compiled(element, expression_in(element.tag), required)
        return element.item.fit(logic(self.context(required)))

    def knowledge(self, element: Element) -> Any:
        """Make the function of a business knowledge model, which may call itself."""
        tag = element.tag.one("encapsulatedLogic")
        if tag is None:
            return None
        required = [*element.model.requirements(element.tag), element]
        definition = Tag("functionDefinition", tag.attributes, tag.children)
        logic = compiled(element, definition, required)
        context = self.context(required[:-1])
        function = logic(context)
        context[element.name] = function
        return logic(context)

    def service(self, element: Element) -> UserFunction:
        """Make the function of a decision service: its inputs are its parameters."""
        tag, model = element.tag, element.model
        refs = [*tag.all("inputData"), *tag.all("inputDecision")]
        parameters = [found for ref in refs if (found := model.find(ref.get("href")))]
        outputs = [f for ref in tag.all("outputDecision") if (f := model.find(ref.get("href")))]
        # An argument of the wrong type reaches the service as null, so no types are named here.
        kind = FunctionType(params=tuple((p.name, ANY) for p in parameters), returns=ANY)

        def call(*values: Any) -> Any:
            inner = Evaluation(model, {})
            for parameter, value in zip(parameters, values, strict=True):
                inner.values[parameter.tag] = parameter.item.fit(value)
            results = {output.name: inner.value(output) for output in outputs}
            whole = next(iter(results.values())) if len(results) == 1 else results
            return element.item.fit(whole)

        return UserFunction(kind, call)

    def context(self, required: list[Element]) -> dict[str, Any]:
        """Gather the values of what is required; those imported under the import's name."""
        context: dict[str, Any] = {}
        for element in required:
            if element.prefix:
                context.setdefault(element.prefix, {})[element.name] = self.value(element)
            else:
                context[element.name] = self.value(element)
        return context


VALUES: dict[str, Callable[[Evaluation, Element], Any]] = {
    "inputData": Evaluation.input,
    "decision": Evaluation.decision,
    "businessKnowledgeModel": Evaluation.knowledge,
    "decisionService": Evaluation.service,
}


def compiled(element: Element, tag: Tag | None, required: list[Element]) -> Logic:
    """Compile the logic of an element, once."""
    if element.tag not in _compiled:
        boxes = Boxes(element.model.items, scope_of(required))
        _compiled[element.tag] = boxes.compile(tag)
    return _compiled[element.tag]
