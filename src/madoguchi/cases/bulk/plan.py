"""The sheets of a bulk file (一括申請のシート): one row a filing, tables on sheets of their own. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from madoguchi.cases.spreadsheets.leaves import Leaf, leaves_of, own_leaf
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.spec import FieldSpec
from madoguchi.procedures.service import Field, Package

MAIN = "filings"
FILES = "#files"  # the step under which a row holds the names of its files, by place
KEY = own_leaf("filing.key", "整理番号", "Your reference")
CLIENT = own_leaf("filing.client", "申請者の法人番号", "Corporate number of the applicant")
_TITLE: Text = {"ja": "申請", "en": "Filings"}


@dataclass(frozen=True)
class Plan:
    """One sheet: its name in CSV archives, its title, the table it holds (None: the filings)."""

    name: str
    title: Text
    field: Field | None
    leaves: tuple[Leaf, ...]


def plans_of(
    package: Package, *, omit: Collection[str] = (), client: bool = True
) -> tuple[Plan, ...]:
    """The sheets of a procedure, the filings first.

    `omit`: fields that need no column (they are known). `client`: with a column for whom it is.
    """
    asked = [
        field
        for field in package.fields.values()
        if field.name not in omit and not field.for_officials
    ]
    own = (KEY, CLIENT) if client else (KEY,)
    plans = [Plan(MAIN, _TITLE, None, (*own, *_answers(asked, ""), *_attachments(package)))]
    for field in asked:
        if field.type == "table" and field.calculate is None:
            leaves = (KEY, *_answers(field.columns.values(), f"/{field.name}/*"))
            plans.append(Plan(field.name, dict(field.label), field, leaves))
    return tuple(plans)


def _answers(fields: Iterable[Field], root: str) -> Iterator[Leaf]:
    """The columns people type and those that name files, in the order of the form."""
    for field in fields:
        if field.type == "file" and not field.for_officials:
            always = field.spec.required == "true" and field.spec.relevant is None
            yield _file(f"{root}/{field.name}", field.label, always)
        else:
            for leaf in leaves_of([field], root):
                # What is known already needs no column: it is filled in as in the form.
                known = field.spec.readonly or field.spec.prefill is not None
                yield replace(leaf, required=False) if known else leaf


def _attachments(package: Package) -> Iterator[Leaf]:
    for key, item in package.attachments.items():
        always = item.spec.required == "true" and not (item.spec.relevant or item.spec.omit_when)
        yield _file(f"/attachments/{key}", dict(item.spec.label), always)


def _file(path: str, label: Text, required: bool) -> Leaf:
    field = Field(name=path, type="file", label=label, spec=FieldSpec(type="file"))
    return Leaf(path, (FILES, path), label, field, required)
