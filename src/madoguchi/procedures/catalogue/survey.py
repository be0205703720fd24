"""The 39 columns of the survey (行政手続等の悉皆調査) and how a row becomes a catalogue entry.

Definitions: Digital Agency, 調査結果解説資料 of edition Reiwa 6. A row converts to an entry and
back without loss (`to_entry`, `to_row`).
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from madoguchi.procedures.catalogue.rules import guess_kind

Row = Mapping[str, Any]

TEXT_COLUMNS = {
    "手続ID": "id",
    "所管府省庁": "ministry",
    "手続名": "name",
    "法令名": "law",
    "法令番号": "law_number",
    "根拠条項号": "article",
    "手続類型": "procedure_type",
    "手続主体": "filer",
    "手続の受け手": "receiver",
    "経由機関": "through",
    "独立行政法人等の名称": "independent_bodies",
    "実施府省庁": "implementing",
    "オンライン化の実施状況": "online_state",
    "手数料等の納付有無": "fee",
    "手数料等の納付方法": "fee_methods",
    "処理期間(オンライン)": "period_online",
    "処理期間(非オンライン)": "period_paper",
    "情報システム(申請)": "filing_systems",
    "情報システム(事務処理)": "office_systems",
    "申請書等に記載させる情報": "information",
    "申請時に添付させる書類": "attachments",
    "手続が行われるイベント(個人)": "personal_events",
    "手続が行われるイベント(法人)": "corporate_events",
    "申請に関連する士業": "professions",
    "申請を提出する機関": "offices",
}
COUNT_COLUMNS = {
    "総手続件数": "yearly",
    "オンライン手続件数": "yearly_online",
    "非オンライン手続件数": "yearly_paper",
}
RATE_COLUMN = "オンライン化率"
OTHER_COLUMNS = (
    "事務区分",
    "府省共通手続",
    "オンライン化の実施予定及び検討時の懸念点",
    "オンライン化実施時期",
    "申請等における本人確認手法",
    "手数料等のオンライン納付時の優遇措置",
    "添付書類等提出の撤廃/省略状況",
    "添付書類等の提出方法",
    "添付書類等への電子署名",
    "添付形式等が定められた規定",
)
ALL_TEXT = (*TEXT_COLUMNS, *OTHER_COLUMNS)
COLUMNS = (*ALL_TEXT, *COUNT_COLUMNS, RATE_COLUMN)
NEEDED = ("手続ID", "所管府省庁", "手続名", "法令名", "実施府省庁")
"""Columns that may not be empty."""


def to_entry(row: Row, agencies: Mapping[str, str]) -> dict[str, Any]:
    """The values of a CatalogueEntry for a survey row; `agencies` maps ministry → agency id."""
    entry: dict[str, Any] = {name: row[column] for column, name in TEXT_COLUMNS.items()}
    for column, name in COUNT_COLUMNS.items():
        entry[name] = row[column] or 0
    entry["online_rate"] = hundredths(row[RATE_COLUMN])
    entry["survey"] = {column: row[column] for column in OTHER_COLUMNS if row[column] is not None}
    entry["kind"] = guess_kind(row["手続類型"], row["手続名"])
    entry["agency"] = agencies.get(row["所管府省庁"])
    entry["source"] = "survey"
    return entry


def to_row(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The survey row an entry came from: 39 columns, the rate as a Decimal percentage."""
    row: dict[str, Any] = {column: entry[name] for column, name in TEXT_COLUMNS.items()}
    row |= {column: entry[name] for column, name in COUNT_COLUMNS.items()}
    row |= {column: entry["survey"].get(column) for column in OTHER_COLUMNS}
    row[RATE_COLUMN] = Decimal(entry["online_rate"]) / 100
    return row


def hundredths(percent: Any) -> int:
    """66.66999816894531 (the survey's 32-bit number) → 6667 hundredths of a percent."""
    if percent is None:
        return 0
    return int((Decimal(str(percent)) * 100).to_integral_value(ROUND_HALF_UP))
