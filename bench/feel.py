"""Evaluating rules: FEEL compiled to Python. Peer: feelin (npm @bpmn-io/feelin) on Node, same run.

feelin has no way to read an expression once and evaluate it often: its `evaluate`, the only public
one, is measured. Both get a context of just the names the expression needs, numbers and dates as
their own programs hold them (Decimal and date; Number and luxon's). Both give their fastest batch
of 2 ms, which no other program has interrupted; every result is compared. Ours are read and compiled once, as a package
does when it is published; how long that takes stands beside.
"""

import gc
import json
import math
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from madoguchi import feel

PEER = Path(__file__).parent / "feelin"
WANTED = 40  # times feelin's evaluations a second
SECONDS = 1.0  # of measuring each, after half as long of warming up
BATCH = 0.002

CONTEXT: dict[str, object] = {
    "employees": Decimal(120),
    "capital": Decimal(90_000_000),
    "industry": "E",
    "prefecture": "13",
    "sales": Decimal(512_000_000),
    "cost": Decimal(433_100_000),
    "debt": Decimal(120_000_000),
    "gas": "helium",
    "capacity": Decimal(260),
    "status": "new",
    "changes": ["address", "officers"],
    "name": "窓口株式会社",
    "branch": None,
    "code": "123-4567",
    "filed_on": date(2026, 5, 1),
    "start_date": date(2026, 6, 15),
    "years": Decimal(3),
    "lines": [{"q": Decimal(n), "price": Decimal(n * 120), "kind": "tool"} for n in range(1, 6)],
}
LINE = feel.ContextType({"q": feel.NUMBER, "price": feel.NUMBER, "kind": feel.STRING})
SCOPE = {
    **dict.fromkeys(
        ("employees", "capital", "sales", "cost", "debt", "capacity", "years"), feel.NUMBER
    ),
    **dict.fromkeys(
        ("industry", "prefecture", "gas", "status", "name", "branch", "code"), feel.STRING
    ),
    **dict.fromkeys(("filed_on", "start_date"), feel.DATE),
    "changes": feel.ListType(feel.STRING),
    "lines": feel.ListType(LINE),
}
EXPRESSIONS = (
    'employees <= 300 and (industry in ("E","F") or capital < 50000000)'
    ' and starts with(prefecture,"1") and (every x in lines satisfies x.q > 0)',
    "capacity >= 100",
    'status = "new" and gas = "helium"',
    'status in ("new", "moved")',
    'if gas in ("helium", "nitrogen") then 300 else 100',
    'capacity >= (if status = "new" then 300 else 100)',
    "employees between 20 and 300",
    "capacity in [100..300)",
    'list contains(changes, "officers") and not(list contains(changes, "name"))',
    "branch = null or string length(branch) > 3",
    "round half up((sales - cost) / sales * 100, 2)",
    "if sales = 0 then null else debt / (sales / 12) < 6",
    "min(capital * 0.1, 15000000) + 250000",
    "sum(lines.price)",
    "sum(for x in lines return x.q * x.price)",
    "count(lines[price > 200]) >= 3",
    'some x in lines satisfies x.kind in ("tool", "machine") and x.price > 500',
    'string join(for x in lines return x.kind, "、")',
    'name + "（" + status + "）"',
    'matches(code, "^[0-9]{3}-[0-9]{4}$")',
    'start_date >= filed_on + duration("P20D")',
)


def main() -> None:
    """Print a line for each expression; fail below the ratio asked or on a different result."""
    if not shutil.which("node"):
        sys.exit("feel: Node is not installed, so there is no peer to measure against")
    if not (PEER / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=PEER, check=True)
    peer = subprocess.Popen(
        ["node", "measure.mjs"],
        cwd=PEER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    print("feel: microseconds an evaluation (feelin's of which reading) and times as fast")
    try:
        rows = [compared(peer, text) for text in EXPRESSIONS]
    finally:
        peer.terminate()
    ratios = [ratio for ratio, _ in rows]
    mean = math.exp(math.fsum(map(math.log, ratios)) / len(ratios))
    print(f"  geometric mean {mean:.0f}×, least {min(ratios):.0f}× (wanted: {WANTED}×)")
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory at most: {ours:.0f} MB, feelin {rows[-1][1]:.0f} MB")
    if min(ratios) < WANTED:
        sys.exit("feel: slower than asked")


def compared(peer: "subprocess.Popen[str]", text: str) -> tuple[float, float]:
    """Measure both, print a line; the ratio, and the peer's memory in MB."""
    started = time.perf_counter()
    rule = feel.compile(text, SCOPE)
    compiling = (time.perf_counter() - started) * 1000
    context = {reference[0]: CONTEXT[reference[0]] for reference in sorted(rule.references)}
    ours = fastest(rule, context)
    theirs = ask(peer, text, context)
    value = plain(rule(context))
    assert value == theirs["value"], (text, value, theirs)
    ratio = theirs["microseconds"] / ours
    print(
        f"  {ours:7.2f}  feelin {theirs['microseconds']:7.1f} ({theirs['reading']:6.1f})  "
        f"{ratio:5.0f}×  compiled in {compiling:5.2f} ms  {text}"
    )
    return ratio, theirs["memory"]


def fastest(rule: Callable[[Mapping[str, object]], object], context: Mapping[str, object]) -> float:
    """Microseconds an evaluation, in the fastest batch."""
    gc.collect()
    count, warm = 0, time.perf_counter() + SECONDS / 2
    while time.perf_counter() < warm:
        rule(context)
        count += 1
    size = max(1, int(count * BATCH / SECONDS * 2))
    best, end = math.inf, time.perf_counter() + SECONDS
    while (start := time.perf_counter()) < end:
        for _ in range(size):
            rule(context)
        best = min(best, time.perf_counter() - start)
    return best / size * 1e6


def ask(peer: "subprocess.Popen[str]", text: str, context: Mapping[str, object]) -> dict[str, Any]:
    """Have feelin evaluate and measured."""
    assert peer.stdin
    assert peer.stdout
    request = {"expression": text, "context": context, "seconds": SECONDS, "batch": BATCH}
    peer.stdin.write(json.dumps(request, default=for_json) + "\n")
    peer.stdin.flush()
    answer: dict[str, Any] = json.loads(peer.stdout.readline())
    return answer


def for_json(value: object) -> object:
    """A number or date of the context as JSON has it."""
    return int(value) if isinstance(value, Decimal) else str(value)


def plain(value: object) -> object:
    """A result as JSON has it: numbers are binary there, as in feelin."""
    return float(value) if isinstance(value, Decimal) else value


if __name__ == "__main__":
    main()
