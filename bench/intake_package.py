"""The form of the intake bench: twelve fields with rules, a file where the amount is large."""

from typing import Any

PACKAGE = """
id: bench-intake
kind: notification
title: {ja: 設備の届出, en: Notice of equipment}
summary: {ja: 測定用, en: For measuring}
audience: {ja: 測定, en: Measuring}
law: [{act: 測定法, article: 第1条}]
effective: {from: 2020-04-01}
authority: {agency: meti}
workflow: {pattern: notice}
pages:
  - {id: all, title: {ja: 届出, en: Notice}, fields: [applicant, contact, email, site, kind, other, capacity, unit_price, amount, started, ended, remarks]}
data:
  applicant: {type: corporation, label: {ja: 届出者, en: Filer}, prefill: account.organisation, readonly: true, number: optional}
  contact: {type: text, label: {ja: 担当者, en: Contact}, required: true, max_length: 100}
  email: {type: email, label: {ja: メール, en: E-mail}, required: true}
  site: {type: text, label: {ja: 所在地, en: Site}, required: true, max_length: 200}
  kind: {type: choice, label: {ja: 種類, en: Kind}, required: true, options: {new: {ja: 新設, en: New}, change: {ja: 変更, en: Change}, other: {ja: その他, en: Other}}}
  other: {type: text, label: {ja: その他の内容, en: Which}, relevant: kind = "other", required: true}
  capacity: {type: decimal, label: {ja: 能力, en: Capacity}, unit: kg, min: 0, required: true}
  unit_price: {type: money, label: {ja: 単価, en: Unit price}, min: 0, required: true}
  amount: {type: decimal, label: {ja: 金額, en: Amount}, calculate: capacity * unit_price}
  started: {type: date, label: {ja: 開始日, en: Start}, required: true}
  ended: {type: date, label: {ja: 終了日, en: End}}
  remarks: {type: longtext, label: {ja: 備考, en: Remarks}, max_length: 1000}
checks:
  - {on: ended, must: ended >= started, when: ended != null, message: {ja: 終了日は開始日以後にしてください。, en: Not before the start.}}
  - {on: capacity, must: capacity <= 1000000, message: {ja: 大きすぎます。, en: Too large.}}
  - {on: started, must: started <= filed_on + duration("P365D"), message: {ja: 1年以内の日にしてください。, en: Within a year.}}
attachments:
  drawing: {label: {ja: 図面, en: Drawing}, required: 'amount > 1000000', accept: [pdf], max_mb: 1}
"""


def answers(number: int, *, large: bool) -> dict[str, Any]:
    """A complete filing; a large one needs its drawing."""
    return {
        "contact": f"測定 太郎 {number}",
        "email": f"person{number}@example.jp",
        "site": "東京都千代田区霞が関1丁目3番1号",
        "kind": "other" if number % 3 == 0 else "new",
        **({"other": "増設"} if number % 3 == 0 else {}),
        "capacity": "1234.5",
        "unit_price": 90000 if large else 700,
        "started": "2026-06-01",
        "ended": "2027-05-31",
        "remarks": "特になし",
    }
