"""Any bytes as an expression, guided by coverage: what is refused is refused in words, fast.

Not among the tests, nor is Atheris among the dependencies; by hand:
``uv run --with atheris python -m tests.feel.fuzz_bytes -max_total_time=600``.
"""

import contextlib
import sys
from decimal import Decimal

import atheris

with atheris.instrument_imports(include=["madoguchi.feel"]):
    from madoguchi import feel
    from madoguchi.feel import meter

meter.ALLOWANCE = 20_000  # watched code is some ten times slower
SCOPE = {
    "a": feel.NUMBER,
    "ok": feel.BOOLEAN,
    "x-y": feel.STRING,
    "start date": feel.DATE,
    "terms and conditions": feel.BOOLEAN,
    "rows": feel.ListType(feel.ContextType({"n": feel.NUMBER})),
}
CONTEXT = {"a": 3, "ok": None, "rows": [{"n": Decimal("1.5")}, {}], "x-y": "い"}


def attempt(data: bytes) -> None:
    """Check, compile, evaluate and explain a text; only FeelError may come out."""
    text = data.decode("utf-8", "replace")
    for scope in (SCOPE, None):
        with contextlib.suppress(feel.FeelError):
            rule = feel.compile(text, scope, strict=False)
            rule(CONTEXT)
            feel.explain(rule, CONTEXT)
    with contextlib.suppress(feel.FeelError):
        feel.compile_unary(text, feel.NUMBER, SCOPE)(CONTEXT | {"?": 1})


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=60", "-max_len=4096"], attempt)
    atheris.Fuzz()
