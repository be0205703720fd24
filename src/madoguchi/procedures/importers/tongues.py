"""One form in several languages (多言語の様式): forms that ask the same by the same keys become one."""

from collections.abc import Sequence

from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.form import (
    Check,
    Form,
    Group,
    Node,
    Note,
    Page,
    Question,
    Table,
    asked,
    walk,
)


def same_form(first: Form, second: Form) -> bool:
    """Whether two forms are one in two languages: the same kind, keys and types, other words."""
    return (
        first.kind == second.kind
        and first.language != second.language
        and _shape(first) == _shape(second)
    )


def _shape(form: Form) -> list[tuple[object, ...]]:
    """The questions of a form by key and type, in whatever order they stand."""
    nodes = asked(form.pages)
    return sorted((node.path, type(node).__name__, getattr(node, "type", "")) for node in nodes)


def joined(form: Form, others: Sequence[Form]) -> Form:
    """The form with the texts of the others besides its own.

    What stands nowhere in another language is told; conditions and limits are the first form's.
    """
    for other in others:
        form.title |= other.title
        if form.summary and other.summary:
            form.summary |= other.summary
        form.losses.items += [loss for loss in other.losses.items if loss not in form.losses.items]
        _join_pages(form, other)
        _join_nodes(form, other)
        _join_checks(form.checks, other.checks)
    return form


def _join_pages(form: Form, other: Form) -> None:
    """Pages are matched by what they ask, and by their order where they ask nothing."""
    by_question = {_questions(page): page for page in other.pages if _questions(page)}
    for number, page in enumerate(form.pages):
        twin = by_question.get(_questions(page))
        if twin is None and len(form.pages) == len(other.pages):
            twin = other.pages[number]
        if twin is not None:
            _add(page, twin)


def _questions(page: Page) -> tuple[object, ...]:
    return tuple(node.path for node in asked(page.parts))


def _join_nodes(form: Form, other: Form) -> None:
    kinds = (Question, Table, Note, Group)
    twins: dict[tuple[object, ...], list[Node]] = {}
    for node in walk(other.pages):
        if isinstance(node, kinds):
            twins.setdefault((type(node), node.path), []).append(node)
    for node in walk(form.pages):
        if not isinstance(node, kinds):
            continue
        waiting = twins.get((type(node), node.path))
        if not waiting:
            why, text = f"is not there in “{other.language}”", next(iter(node.label.values()), "")
            form.losses.lost(node.source, "text", why, text)
            continue
        _add(node, waiting.pop(0) if len(waiting) > 1 else waiting[0])


def _add(node: Node, twin: Node) -> None:
    node.label = {**node.label, **twin.label}
    node.help = _both(node.help, twin.help)
    if isinstance(node, Note) and isinstance(twin, Note):
        node.text = {**node.text, **twin.text}
    if isinstance(node, Table) and isinstance(twin, Table):
        node.item = _both(node.item, twin.item)
    if isinstance(node, Question) and isinstance(twin, Question):
        for key in ("pattern_hint", "unit"):
            if key in node.keys and key in twin.keys:
                node.keys[key] = {**node.keys[key], **twin.keys[key]}
        options = twin.keys.get("options", {})
        for key, option in node.keys.get("options", {}).items():
            node.keys["options"][key] = _option(option, options.get(key))


def _option(option: dict[str, object], twin: object) -> dict[str, object]:
    """An option with both labels; one may have help, the other none."""
    if not isinstance(twin, dict):
        return option
    first = option if "label" in option else {"label": option}
    second = twin if "label" in twin else {"label": twin}
    label = {**_text(first["label"]), **_text(second["label"])}
    help_text = {**_text(first.get("help")), **_text(second.get("help"))}
    return {"label": label, "help": help_text} if help_text else dict(label)


def _text(value: object) -> dict[str, str]:
    return value if isinstance(value, dict) else {}


def _both(first: Text | None, second: Text | None) -> Text | None:
    return {**(first or {}), **(second or {})} or None


def _join_checks(checks: list[Check], others: list[Check]) -> None:
    waiting = list(others)
    for check in checks:
        twin = next(
            (o for o in waiting if (o.path, o.must.tree) == (check.path, check.must.tree)), None
        )
        if twin is not None:
            waiting.remove(twin)
            check.message = {**check.message, **twin.message}
