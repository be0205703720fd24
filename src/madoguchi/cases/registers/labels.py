"""Title and columns of a register as its entries carry them, in all languages (登録簿の見出し)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.package.activity_spec import ActivitySpec
from madoguchi.procedures.package.register_spec import RegisterSpec
from madoguchi.procedures.service import Field


@dataclass(frozen=True)
class Column:
    """One column as entries carry it; `words`: what the keys of a choice mean."""

    name: str
    label: Text
    public: bool
    words: Mapping[str, Text] = field(default_factory=dict)


def labels_of(spec: RegisterSpec, fields: Mapping[str, Field] | None = None) -> dict[str, object]:
    """{"title", "columns": [{name, label, public, key?, words?}], "activity"?} (see Registration.labels).

    A column that is just a choice of the form keeps the words of its options: the entry says the
    same for ever, whatever the next version of the package calls them.
    """
    return {
        "title": dict(spec.title),
        "columns": [
            {
                "name": name,
                "label": dict(column.label),
                "public": column.public,
                **({"key": True} if column.key else {}),
                **({"words": words} if (words := _words((fields or {}).get(column.value))) else {}),
            }
            for name, column in spec.columns.items()
        ],
        **({"activity": _activity(spec.activity, spec.title)} if spec.activity else {}),
    }


def _activity(activity: ActivitySpec, title: Text) -> dict[str, object]:
    told = {"kind": activity.kind, "title": dict(activity.title or title)}
    return {**told, "columns": dict(activity.columns)}


def columns_of(labels: Mapping[str, Any]) -> list[Column]:
    """The columns an entry's labels name, in order."""
    return [
        Column(
            str(item["name"]), dict(item["label"]), bool(item["public"]), item.get("words") or {}
        )
        for item in labels.get("columns") or []
    ]


def _words(chosen: Field | None) -> dict[str, dict[str, str]]:
    if chosen is None or chosen.type not in ("choice", "multichoice"):
        return {}
    return {key: dict(option.label) for key, option in (chosen.spec.options or {}).items()}
