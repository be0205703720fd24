"""A table field of 10,000 rows: every rule of every row, faults told by row and column.

The spreadsheet is read, too. Peers: the shapes alone by jsonschema-rs (Rust, no rules), and the
same rules written by hand as pydantic models. Target: validated under 2 s.
"""

import json
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import jsonschema_rs
from pydantic import BaseModel, Field, ValidationError

from bench.forms import HEAD
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.json_schema import json_schema
from madoguchi.procedures.package.load import load_or_raise
from madoguchi.procedures.package.scope import Environment

ROWS = 10_000
TODAY = date(2026, 5, 1)
TABLE = """
  limit: {type: decimal, label: {ja: 上限, en: Limit}, required: true}
  tanks:
    type: table
    label: {ja: タンク, en: Tanks}
    min: 1
    max: 20000
    columns:
      code: {type: text, label: {ja: 番号, en: Code}, required: true, pattern: 'T-[0-9]{5}', pattern_hint: {ja: T-00001, en: T-00001}}
      name: {type: text, label: {ja: 名称, en: Name}, required: true, max_length: 50}
      kind: {type: choice, label: {ja: 種類, en: Kind}, required: true, options: {a: 甲, b: 乙, c: 丙}}
      volume: {type: decimal, label: {ja: 容量, en: Volume}, unit: L, min: 0, max: 1000000, required: true}
      pressure: {type: decimal, label: {ja: 圧力, en: Pressure}, unit: MPa, relevant: 'kind = "a"', required: true}
      installed: {type: date, label: {ja: 設置日, en: Installed}, max: today}
      price: {type: money, label: {ja: 価格, en: Price}}
      weight: {type: decimal, label: {ja: 重さ, en: Weight}, calculate: 'volume * 0.001 + (if pressure = null then 0 else pressure)'}
  total: {type: decimal, label: {ja: 合計, en: Total}, calculate: 'sum(tanks.volume)'}
checks:
  - {on: tanks.volume, must: volume <= limit, message: {ja: 上限を超えています, en: Over the limit}}
  - {on: tanks.price, must: price >= volume, when: kind = "b", message: {ja: 価格を確かめてください, en: Check the price}}
  - {on: total, must: total > 0, message: {ja: 合計, en: Total}}
"""


def entered(rows: int) -> dict[str, object]:
    """Answers with a fault in every hundredth row."""
    lines = [
        {
            "row": f"r{n}",
            "code": f"T-{n % 100_000:05}",
            "name": f"貯槽 {n}",
            "kind": "abc"[n % 3],
            "volume": "ない" if n % 100 == 7 else f"{n % 900}.5",
            "pressure": "1.96" if n % 3 == 0 else None,
            "installed": "令和7年4月1日" if n % 2 else "2025-04-01",
            "price": f"{100_000 + n:,}円",
        }
        for n in range(rows)
    ]
    return {"limit": "950", "tanks": lines}


def timed(work: Callable[[], object], runs: int = 5) -> float:
    """The median of several runs in seconds."""
    samples = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        samples.append(time.perf_counter() - start)
    return statistics.median(samples)


class Tank(BaseModel):
    """The peer: the rules of a row by hand, without 和暦, units, conditions between columns."""

    row: str
    code: str = Field(pattern="^T-[0-9]{5}$")
    name: str = Field(max_length=50)
    kind: str = Field(pattern="^[abc]$")
    volume: Decimal = Field(ge=0, le=1_000_000)
    pressure: Decimal | None
    installed: date
    price: int


def peer(rows: list[dict[str, object]]) -> int:
    """How many rows pydantic refuses."""
    refused = 0
    for row in rows:
        try:
            tank = Tank.model_validate(row)
            refused += tank.volume > 950 or (tank.kind == "b" and tank.price < tank.volume)
        except ValidationError:
            refused += 1
    return refused


def main() -> None:
    """Print the figures."""
    package = load_or_raise({"procedure.yaml": HEAD + TABLE}, "v1")
    environment = Environment(today=TODAY, filed_on=TODAY)
    answers = entered(ROWS)
    verdict = evaluate(package, answers, {}, environment)
    assert len(verdict.errors) == ROWS // 100, verdict.errors[:3]
    assert verdict.errors[0].pointer == "/tanks/r7/volume"
    ours = timed(lambda: evaluate(package, answers, {}, environment))
    schema = jsonschema_rs.validator_for(json_schema(package))
    text = json.dumps(verdict.data)
    shapes = timed(lambda: schema.is_valid(json.loads(text)))
    plain = [{**row, "installed": "2025-04-01", "price": 100_000} for row in answers["tanks"]]  # type: ignore[union-attr]
    by_hand = timed(lambda: peer(plain))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"table: {ROWS:,} rows of 8 columns, every rule, {len(verdict.errors)} faults found")
    print(
        f"  ours {ours:.2f} s   jsonschema-rs, shapes alone {shapes:.2f} s   pydantic by hand {by_hand:.2f} s   {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
