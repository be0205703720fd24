"""What a list of procedures shows of each (一覧の項目). Pure."""

from dataclasses import dataclass

from madoguchi.kernel.language import Text
from madoguchi.procedures.catalogue import rules
from madoguchi.procedures.catalogue.models import CatalogueEntry, CataloguePackage
from madoguchi.procedures.catalogue.terms import term


@dataclass(frozen=True)
class Card:
    """One procedure in a list.

    `id`: 手続ID, or the procedure id of a package. `procedure_id`: the published procedure that
    takes it on a form of its own, if any. `act`: what it is when nobody files it. `period`: the
    standard period, on line where there is one. `fee`: None when unknown.
    """

    part: str
    id: str
    href: str
    name: Text
    kind: str
    act: str | None
    ministry: str
    law: str
    article: str
    online: str
    period: Text | None
    fee: bool | None
    yearly: int
    procedure_id: str | None
    summary: Text | None = None
    minutes: int | None = None

    @property
    def ministry_text(self) -> Text:
        """The ministry in both languages."""
        return term(self.ministry)


def entry_card(entry: CatalogueEntry, procedure_id: str | None) -> Card:
    """The card of a surveyed procedure."""
    periods = (rules.period_text(entry.period_online), rules.period_text(entry.period_paper))
    return Card(
        part="entries",
        id=entry.id,
        href=f"/procedures/c/{entry.id}",
        name={"ja": rules.one_line(entry.name)},
        kind=entry.kind,
        act=rules.act(entry.procedure_type),
        ministry=entry.ministry,
        law=rules.one_line(entry.law),
        article=rules.one_line(entry.article or ""),
        online=rules.online_state(entry.online_state),
        period=next((period for period in periods if period), None),
        fee=rules.has_fee(entry.fee),
        yearly=entry.yearly,
        procedure_id=procedure_id,
    )


def package_card(package: CataloguePackage) -> Card:
    """The card of a published package."""
    law = package.laws[0] if package.laws else {}
    return Card(
        part="packages",
        id=package.procedure_id,
        href=f"/procedures/{package.procedure_id}",
        name=package.title,
        kind=package.kind,
        act=None,
        ministry=package.ministry,
        law=law.get("act", ""),
        article=law.get("article", ""),
        online="done",
        period=rules.period_text(package.standard_period),
        fee=package.fee,
        yearly=package.yearly,
        procedure_id=package.procedure_id,
        summary=package.summary,
        minutes=package.minutes,
    )
