"""The shape of what is checked across filings: `duplicates:`, `quotas:`, `matches:`."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from madoguchi.procedures.package.shapes import Id, Name, Rule, Spec, Text


class DuplicatesSpec(Spec):
    """When a filing counts as filed already (重複): the key, and among whose filings."""

    key: Rule
    on: Name
    among: Literal["own", "all"] = "own"
    severity: Literal["error", "warning"] = "error"
    message: Text = Field(
        default={
            "ja": "同じ内容の届出が、すでに提出されています。提出済みのものを確かめ、直すときは補正してください。",
            "en": "This has been filed already. Look at the filing and correct that one.",
        }
    )


class QuotaSpec(Spec):
    """An amount that all filers of a period share (共同の上限): who claims how much of what."""

    title: Text
    pool: Rule
    period: Rule | None = None
    amount: Rule
    limit: Rule
    unit: Text | None = None
    when: Rule | None = None
    grant: Rule | None = None


class ToleranceSpec(Spec):
    """How far two reports may differ (許容差): the larger of the two counts."""

    percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    amount: Decimal = Field(default=Decimal(0), ge=0)


class MatchSpec(Spec):
    """Reports of two filers that must tell the same (相互照合), row by row of a table."""

    title: Text
    list_: Id = Field(alias="list")
    rows: Name
    period: Rule | None = None
    own: Rule
    other: Rule
    side: Rule
    key: Rule | None = None
    amount: Rule
    unit: Text | None = None
    when: Rule | None = None
    tolerance: ToleranceSpec = ToleranceSpec()
