"""Form.io's components that are more or less than one question (特別な部品): documents, files, texts …"""

from collections.abc import Callable, Mapping
from typing import Any

from madoguchi.procedures.importers.expression import Compare, Const, Ref
from madoguchi.procedures.importers.files import accepted
from madoguchi.procedures.importers.form import Condition, Group, Node, Note, Question
from madoguchi.procedures.importers.formio.conditions import required_when, scripted
from madoguchi.procedures.importers.formio.dialect import dialect, known_list, said
from madoguchi.procedures.importers.formio.questions import help_of, label_of, question_of
from madoguchi.procedures.importers.part import Part, as_rows
from madoguchi.procedures.importers.reading import mapping, number
from madoguchi.procedures.importers.rich_text import parsed

_WARNINGS = ("warning", "advarsel", "error", "feil")


def composite(part: Part) -> list[Node]:
    """A component that is several questions, as the dialect has it."""
    parts = [node for item in _parts(part) for node in _one_of_several(part, item)]
    label = {} if part.flag("hideLabel") else part.said(label_of(part))
    return [Group(part.path, label, help=help_of(part), parts=parts, holds=True)]


def _parts(part: Part) -> list[Mapping[str, Any]]:
    """The questions of a component; some go with one kind of address only."""
    only = part.text("addressType")
    every = dialect()[part.text("type")]["parts"]
    return [i for i in every if not only or ("unless" not in i and only in i.get("only", only))]


def _one_of_several(part: Part, item: Mapping[str, Any]) -> list[Node]:
    given, always = part.text("addressType"), part.inner("validate").flag("required")
    label = part.said(part.inner("customLabels").line(item.get("custom", ""))) or said(
        item["label"], part.language
    )
    raw = {"type": item.get("as", "textfield"), "label": next(iter(label.values()))}
    inner = Part(part.form, raw, (*part.path, item["key"]))
    question = question_of(inner)
    question.type = item.get("type", question.type)
    if question.type != "text":
        question.keys = {}
    if "list" in item:
        question.keys = {"options": dict(known_list(item["list"], part.language))}
        question.members = frozenset(("value",))
    elif "options" in item:
        options = {key: said(text, part.language) for key, text in item["options"].items()}
        question.keys = {"options": options}
    question.required = bool(item.get("required")) and always
    if question.required and "optional_when" in item and not given:
        question.required = scripted(inner, f"show = !({item['optional_when']})", "show") or False
    if "relevant" in item and not given:
        question.relevant = scripted(inner, f"show = {item['relevant']}", "show")
    return [question]


def _plainly(part: Part, kind: str, **keys: Any) -> Question:
    """A question of a type of ours that has no limits there."""
    label = part.said(label_of(part) or part.path[-1])
    required = required_when(part)
    return Question(part.path, label, help=help_of(part), type=kind, keys=keys, required=required)


def _attachment(part: Part) -> list[Node]:
    """A document: attached now, later, or for a reason not at all."""
    kind, enabled = dialect()["attachment"], part.map("attachmentValues")
    keys = [key for key in kind["options"] if mapping(enabled.get(key)).get("enabled")]
    keys += [value.text("value") for value in part.each("attachmentValues")]
    keys = [key for key in keys if key in kind["options"]] or [kind["now"]]
    if keys == [kind["now"]]:
        return [_plainly(part, "file")]
    options = {key: said(kind["options"][key], part.language) for key in keys}
    question = _plainly(part, "choice", options=options)
    question.members = frozenset(("key",))
    now = Compare("=", Ref(part.path), Const(kind["now"]), loose=True)
    told = {
        la: f"{question.said} – {text}" for la, text in said(kind["label"], part.language).items()
    }
    file = Question(
        (*part.path, "file"), told, Condition(now, "attached now"), type="file", required=True
    )
    for key, settings in enabled.items():
        more = Part(part.form, mapping(settings), part.path).inner("additionalDocumentation")
        if more.flag("enabled"):
            part.lost(f"explanation for “{key}”", "is not asked", more.raw)
    return [question, file]


def _file(part: Part) -> list[Node]:
    size = part.text("fileMaxSize").upper().removesuffix("B").strip()
    amount, unit = number(size.rstrip("KMG")), size[-1:]
    if amount is not None and unit in ("K", "G"):
        amount = amount / 1024 if unit == "K" else amount * 1024
    keys = accepted(part.text("filePattern"), amount, part)
    question = _plainly(part, "file", **keys)
    return [as_rows(question, "file") if part.flag("multiple") else question]


def _text(part: Part) -> list[Node]:
    """A text, a warning, or texts to be unfolded."""
    if part.get("textDisplay") == "pdf":
        part.lost("text", "is for the printed form only", part.get("content"))
        return []
    tone = "info" if part.get("type") == "alertstripe" else "plain"
    tone = "warning" if part.text("alerttype") in _WARNINGS else tone
    texts = [parsed(part.get("content") or part.get("html"))]
    texts += [
        parsed(f"{item.line('title')}\n\n{item.plain('content')}")
        for item in part.each("accordionValues")
    ]
    for gone in (gone for text in texts for gone in text.gone):
        part.lost(f"element <{gone}>", "cannot be shown in a text")
    return _note(part, "\n\n".join(p for t in texts for p in (t.heading, t.text) if p), tone)


def _note(part: Part, text: str, tone: str = "plain") -> list[Node]:
    return [Note(part.path, {}, text=part.said(text), tone=tone)] if text else []


def _image(part: Part) -> list[Node]:
    shown = part.line("altText") or label_of(part)
    part.lost("image", "is not shown; its description is", shown)
    return _note(part, shown)


def _survey(part: Part) -> list[Node]:
    """Several questions with the same answers."""
    options = {v.text("value"): {part.language: v.line("label")} for v in part.each("values")}
    options.pop("", None)
    kind, required = "choice" if options else "text", required_when(part)
    parts: list[Node] = [
        Question(
            (*part.path, item.text("value")),
            part.said(item.line("label") or item.text("value")),
            type=kind,
            keys={"options": options} if options else {},
            required=required,
        )
        for item in part.each("questions")
        if item.text("value")
    ]
    return [Group(part.path, part.said(label_of(part) or part.path[-1]), parts=parts, holds=True)]


def _hidden(part: Part) -> list[Node]:
    if part.get("calculateValue"):
        return [question_of(part)]
    part.lost("hidden value", "is set by the platform", part.get("defaultValue"))
    return []


def _signature(part: Part) -> list[Node]:
    question = question_of(part)
    question.type, question.keys = "file", {"accept": ["png", "jpeg", "pdf"]}
    part.changed("signature", "is given as a file")
    return [question]


SPECIAL: Mapping[str, Callable[[Part], list[Node]]] = {
    "attachment": _attachment,
    "file": _file,
    "htmlelement": _text,
    "content": _text,
    "alertstripe": _text,
    "accordion": _text,
    "image": _image,
    "survey": _survey,
    "hidden": _hidden,
    "signature": _signature,
    "sketchpad": _signature,
}
