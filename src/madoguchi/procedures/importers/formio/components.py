"""Form.io's components to nodes (部品の読取): layout, groups, tables, texts, inputs."""

from collections.abc import Mapping

from madoguchi.procedures.importers.form import Form, Group, Node, Path, Question, Table, asked
from madoguchi.procedures.importers.formio.conditions import shown_when
from madoguchi.procedures.importers.formio.dialect import dialect
from madoguchi.procedures.importers.formio.questions import help_of, label_of, question_of
from madoguchi.procedures.importers.formio.settings import tell_unknown
from madoguchi.procedures.importers.formio.special import SPECIAL, composite
from madoguchi.procedures.importers.part import Part, as_rows
from madoguchi.procedures.importers.reading import listed, mapping

DEEPEST = 40
_ACTIONS = (None, "submit", "reset", "next", "previous")
_UNTITLED = ("", "Panel", "Skjemagruppe", "Field Set", "Container")


def read_all(form: Form, components: object, within: Path, depth: int = 0) -> list[Node]:
    """The nodes of a list of components; `within` is the path of the data they lie in."""
    found: list[Node] = []
    for component in listed(components):
        if isinstance(component, Mapping):
            found += read(Part(form, component, within), depth)
        else:
            form.losses.lost(".".join(within), "component", "is no object", component)
    return found


def read(around: Part, depth: int) -> list[Node]:
    """The nodes of one component, its condition on each; it comes with the path it lies in."""
    key = around.text("key") or around.text("type") or "component"
    part = Part(around.form, around.raw, (*around.path, *key.split(".")))
    if depth > DEEPEST:
        part.lost(f"component “{part.text('type')}”", "is nested too deeply", key)
        return []
    nodes = _nodes(part, around.path, depth)
    condition = shown_when(part)
    tell_unknown(part)
    if condition is not None and len(nodes) > 1:
        nodes = [Group(part.path, {}, parts=nodes)]
    for node in nodes:
        node.relevant = condition
    return nodes


def _nodes(part: Part, within: Path, depth: int) -> list[Node]:
    kind = part.text("type")
    known = mapping(dialect().get(kind))
    role = next((role for role, kinds in dialect()["roles"].items() if kind in kinds.split()), "")
    if role == "silent":
        return _silent(part, kind)
    if role == "layout":
        return [_group(part, within, depth)]
    if kind == "form" and not listed(part.get("components")):
        part.lost("nested form", "is another form; import it too", label_of(part))
        return []
    if role == "object":
        return [_group(part, part.path, depth, holds=True)]
    if role == "rows":
        return [_table(part, depth)]
    if kind == "datamap":
        return [_pairs(part)]
    if kind in SPECIAL:
        return SPECIAL[kind](part)
    if "parts" in known:
        return composite(part)
    return [_input(part)] if "type" in known else _unknown(part, kind, within, depth)


def _silent(part: Part, kind: str) -> list[Node]:
    if kind == "recaptcha":
        part.changed("captcha", "is a matter of the platform")
    if kind == "button" and part.get("action") not in _ACTIONS:
        part.lost("button", "does something of its own", part.get("action"))
    return []


def _group(part: Part, within: Path, depth: int, *, holds: bool = False) -> Group:
    kind, inner = part.get("type"), list[Node]()
    for place in parts_of(part):
        title = place.line("label") if kind == "tabs" else ""
        nodes = read_all(part.form, place.get("components"), within, depth + 1)
        inner += [Group(part.path, part.said(title), parts=nodes)] if title else nodes
    label = "" if kind in ("columns", "table", "tabs", "container", "form") else label_of(part)
    hidden = part.flag("hideLabel") or label in _UNTITLED
    shown = {} if hidden else part.said(label)
    return Group(part.path, shown, help=help_of(part), parts=inner, holds=holds)


def _table(part: Part, depth: int) -> Node:
    parts = read_all(part.form, part.get("components"), part.path, depth + 1)
    validate, label = part.inner("validate"), part.said(label_of(part) or part.path[-1])
    columns = asked(parts)
    if not columns:
        part.lost("rows", "have no columns", label_of(part))
        return Group(part.path, label, parts=parts, holds=True)
    # A grid shows its first row from the start: what is required in it has to be answered.
    begun = not part.flag("initEmpty") and part.get("type") != "editgrid"
    demanded = any(isinstance(node, Question) and node.required is True for node in columns)
    return Table(
        part.path,
        label,
        help=help_of(part),
        parts=parts,
        least=validate.whole("minLength") or None,
        most=validate.whole("maxLength") or None,
        required=validate.flag("required") or (begun and demanded),
    )


def _input(part: Part) -> Node:
    question = question_of(part)
    if not part.flag("multiple") or question.type == "multichoice":
        return question
    part.changed("several answers", "are given as rows")
    return as_rows(question, "value")


def _pairs(part: Part) -> Node:
    """A map of keys and values, as rows."""
    key = Question((*part.path, "key"), part.said(part.line("keyLabel") or "Key"), required=True)
    value = read(part.inner("valueComponent"), 1)
    part.changed("map", "is given as rows of key and value")
    return Table(part.path, part.said(label_of(part) or part.path[-1]), parts=[key, *value])


def _unknown(part: Part, kind: str, within: Path, depth: int) -> list[Node]:
    what, label = f"component “{kind}”", label_of(part)
    if any(place.get("components") for place in parts_of(part)):
        part.changed(what, "is not known; what it holds is asked", label)
        holds = part.flag("tree")
        return [_group(part, part.path if holds else within, depth, holds=holds)]
    if part.get("content") or part.get("html"):
        part.changed(what, "is not known; its text is shown")
        return SPECIAL["content"](part)
    if not part.flag("input", default=bool(part.get("key"))):
        part.lost(what, "is not known", label)
        return []
    part.lost(what, "is not known; asked as text", label)
    return [_input(part)]


def parts_of(part: Part) -> list[Part]:
    """The places of a component that hold others: itself, its columns, cells or tabs."""
    if part.get("type") == "tabs":
        return list(part.each("components"))
    cells = [cell for row in listed(part.get("rows")) for cell in listed(row)]
    cells = [*listed(part.get("columns")), *cells]
    return [part, *(Part(part.form, mapping(cell), part.path) for cell in cells)]
