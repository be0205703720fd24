"""Evaluating a form: validation and all rules, in process. Peer: the same data through jsonschema-rs.

The peer checks shapes only (Rust, no rules): it shows what the rules cost on top of a schema.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import date

import jsonschema_rs

from bench.forms import answers, form
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.json_schema import json_schema
from madoguchi.procedures.package.scope import Environment

TODAY = date(2026, 5, 1)


def timed(work: Callable[[], object], seconds: float = 1.5) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    for _ in range(5):
        work()
    samples = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        samples.append((time.perf_counter() - start) * 1000)
    return statistics.median(samples), statistics.quantiles(samples, n=20)[18]


def main() -> None:
    """Print one line a form size."""
    environment = Environment(today=TODAY, filed_on=TODAY)
    print("evaluation: one filing, validation and rules (ms)")
    for fields in (60, 300, 1000):
        start = time.perf_counter()
        package = form(fields)
        compile_ms = (time.perf_counter() - start) * 1000
        entered = answers(fields)
        verdict = evaluate(package, entered, {}, environment)
        assert verdict.valid, verdict.errors[:3]
        ours = timed(lambda p=package, e=entered: evaluate(p, e, {}, environment))
        validator = jsonschema_rs.validator_for(json_schema(package))
        text = json.dumps(verdict.data)
        peer = timed(lambda v=validator, t=text: v.is_valid(json.loads(t)), 0.5)
        print(
            f"  {fields:5} fields: median {ours[0]:.3f}  p95 {ours[1]:.3f}  | jsonschema-rs alone {peer[0]:.3f}"
            f"  ratio {ours[0] / peer[0]:.1f}  | compiled once in {compile_ms:.0f} ms"
        )


if __name__ == "__main__":
    main()
