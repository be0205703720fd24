"""Importing every form of the shared data: read, made a package, compiled, each page shown once.

The limit is 60 s for all of them. Skipped, saying so, where the data are absent.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path

from madoguchi.installation.importing import import_forms, totals

LIMIT_SECONDS = 60
FORMS = (
    Path(os.environ.get("MADOGUCHI_SHARED_DATA", Path(__file__).parents[1] / "../shared/data"))
    / "forms"
)


def main() -> None:
    """Import them once and say how long it took."""
    if not FORMS.is_dir():
        print(f"imports: skipped, no forms at {FORMS}")
        return
    started = time.monotonic()
    count = totals(import_forms([FORMS], "meti", date(2026, 4, 1), lambda outcome: None))
    seconds = time.monotonic() - started
    print(
        f"imports: {count['imported']} forms in {seconds:.1f} s (limit {LIMIT_SECONDS} s), "
        f"{count['reported']} reported, {count['failed']} failed, "
        f"{count['conditions_translated']} of {count['conditions']} conditions as rules"
    )
    if seconds > LIMIT_SECONDS or count["failed"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
