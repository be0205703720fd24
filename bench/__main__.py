"""Every benchmark in turn: `make bench`."""

import subprocess
import sys
from pathlib import Path

BENCHES = ("evaluation", "filing", "catalogue_search")


def main() -> None:
    """Run each in a process of its own, so that memory and caches do not carry over."""
    failed = [
        name
        for name in BENCHES
        if subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).parents[1]
        ).returncode
    ]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
