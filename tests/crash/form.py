"""The form that is filed: twelve fields with rules, and an attachment."""

import random
from typing import Any

PROCEDURE = "crash-form"
FORM = """
id: crash-form
kind: application
title: {ja: 障害試験の申請, en: Application of the crash tests}
summary: {ja: 障害試験, en: Crash tests}
audience: {ja: 試験, en: Tests}
law: [{act: 試験法, article: 第1条}]
effective: {from: 2020-04-01}
authority: {agency: meti}
standard_period: 30 open days
workflow: {pattern: permission}
data:
  mark: {type: text, label: {ja: 目印, en: Mark}, required: true, max_length: 64}
  site_name: {type: text, label: {ja: 事業所, en: Site}, required: true, max_length: 100}
  gas: {type: choice, label: {ja: ガス, en: Gas}, options: {helium: ヘリウム, nitrogen: 窒素, propane: プロパン}, required: true}
  grade: {type: text, label: {ja: 等級, en: Grade}, relevant: 'gas = "helium"', required: true, max_length: 20}
  capacity: {type: decimal, label: {ja: 処理能力, en: Capacity}, unit: m3/day, min: 0, required: true}
  tanks: {type: integer, label: {ja: 貯槽, en: Tanks}, min: 1, max: 99, required: true}
  each: {type: decimal, label: {ja: 一基あたり, en: Of each}, calculate: 'capacity / tanks'}
  class1: {type: boolean, label: {ja: 第一種, en: Class 1}, calculate: 'capacity >= (if gas = "propane" then 100 else 300)'}
  begins: {type: date, label: {ja: 開始, en: Begins}, required: true}
  ends: {type: date, label: {ja: 終了, en: Ends}}
  cost: {type: money, label: {ja: 費用, en: Cost}, required: true}
  remarks: {type: text, label: {ja: 備考, en: Remarks}, max_length: 200}
checks:
  - {on: ends, must: 'ends = null or ends >= begins', message: {ja: 開始より後にしてください, en: Not before it begins}}
  - {on: tanks, must: 'capacity <= 500 or tanks >= 2', message: {ja: 二基以上必要です, en: At least two are needed}}
attachments:
  plan: {label: {ja: 計画書, en: Plan}, accept: [txt], max_mb: 1}
"""
ATTACHMENT_BYTES = 100_000


def answers(mark: str, draw: random.Random) -> dict[str, Any]:
    """A complete filing that nobody else sends: `mark` is its Idempotency-Key."""
    gas = draw.choice(("helium", "nitrogen", "propane"))
    data = {
        "mark": mark,
        "site_name": f"第{draw.randrange(1000)}工場",
        "gas": gas,
        "capacity": str(draw.randrange(1, 5000)),
        "tanks": draw.randrange(2, 99),
        "begins": "2026-04-01",
        "ends": "2027-03-31",
        "cost": draw.randrange(1, 10**9),
        "remarks": "あ" * draw.randrange(100),
    }
    return {**data, "grade": "G1"} if gas == "helium" else data


def plan(draw: random.Random) -> bytes:
    """A text of about 100 kB that nobody else sends."""
    lines = [draw.randbytes(32).hex() for _ in range(ATTACHMENT_BYTES // 65)]
    return ("\n".join(lines) + "\n").encode()
