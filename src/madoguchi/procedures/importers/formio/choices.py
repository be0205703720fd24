"""The options of Form.io's choices (選択肢の読取), wherever they stand."""

from typing import Any

from madoguchi.procedures.importers.formio.dialect import dialect, known_list
from madoguchi.procedures.importers.part import Part, option
from madoguchi.procedures.importers.reading import listed, mapping, text_of
from madoguchi.procedures.importers.rich_text import one_line


def options_of(part: Part) -> dict[str, Any]:
    """Key → label (with help); empty, and told, when they come from elsewhere."""
    kind, data = mapping(dialect().get(part.text("type"))), part.map("data")
    if "list" in kind:
        return dict(known_list(str(kind["list"]), part.language))
    source = part.text("dataSrc") or "values"
    values = listed(part.get("values")) or listed(data.get("values"))
    if source == "json" or (not values and data.get("json")):
        values = listed(data.get("json")) or listed(mapping(data.get("json")).get("items"))
    options: dict[str, Any] = {}
    for value in values:
        item = Part(part.form, mapping(value), part.path)
        told = item.raw.get(part.text("valueProperty") or "value", item.get("id"))
        key = text_of(told if item.raw else value)
        label = one_line(item.get("label") or item.get("name")) if item.raw else text_of(value)
        if key or label:  # Form.io keeps an empty option in new lists
            option(part, options, value, key or label, label or key, item.plain("description"))
    if not options and source not in ("values", "json"):
        part.lost("options", f"come from elsewhere ({source})", part.get("data"))
    return options
