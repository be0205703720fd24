"""The columns of a spreadsheet (列): every single answer people type, by stable path. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from madoguchi.kernel.language import LANGUAGES, Text, pick
from madoguchi.procedures.package.spec import FieldSpec
from madoguchi.procedures.service import Field


@dataclass(frozen=True)
class Leaf:
    """One column: its path (`/tanks/*/volume`), the steps to it within a row, its label, its field.

    `required`: must always be filled in; what is required only sometimes is told by the check.
    """

    path: str
    steps: tuple[str, ...]
    label: Text
    field: Field
    required: bool

    @property
    def heading(self) -> str:
        """The label in both languages in one cell."""
        ja, en = pick(self.label, "ja"), pick(self.label, "en")
        return ja if ja == en else f"{ja} / {en}"


def own_leaf(path: str, ja: str, en: str) -> Leaf:
    """A column of our own, such as the id of a row: free text under a path."""
    label = {"ja": ja, "en": en}
    field = Field(name=path, type="text", label=label, spec=FieldSpec(type="text"))
    return Leaf(path, (path,), label, field, False)


def leaves_of(fields: Iterable[Field], root: str = "") -> list[Leaf]:
    """The leaves of these fields: those people type, no tables, files, notes, calculated ones."""
    return list(_leaves(fields, root, (), {}, True))


def _leaves(
    fields: Iterable[Field],
    path: str,
    steps: tuple[str, ...],
    label: Mapping[str, str],
    always: bool,
) -> Iterator[Leaf]:
    for field in fields:
        if field.type in ("note", "table", "file") or field.calculate or field.for_officials:
            continue
        here, into = f"{path}/{field.name}", (*steps, field.name)
        named = {la: f"{label.get(la, '')} {pick(field.label, la)}".strip() for la in LANGUAGES}
        required = always and field.spec.required == "true" and field.spec.relevant is None
        if field.parts:
            yield from _leaves(field.parts.values(), here, into, named, required)
        else:
            yield Leaf(here, into, named, field, required or field.type == "pledge")
