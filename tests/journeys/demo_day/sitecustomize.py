"""With this folder on PYTHONPATH, every process of `madoguchi demo` begins on the demo's day.

Packages and their sample filings have dates in them. The clock runs as usual, only it began at
another moment; everything else is the product's own. Never imported by tests: it sets the clock.
"""

from datetime import UTC, datetime

from day import DAY

from madoguchi.kernel import clock

_STARTED = datetime.now(UTC)


def demo_clock() -> datetime:
    """The moment it would be, had this process started on DAY."""
    return DAY + (datetime.now(UTC) - _STARTED)


# Before anything else takes hold of it by name.
clock.system_clock = demo_clock
