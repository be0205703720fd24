"""A child process that fails in the ways children fail, for the test of the crew."""

import os
import time
from typing import Any

from madoguchi.documents.crew_member import serve


def stumble(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    if "sleep" in order:
        time.sleep(order["sleep"])
    if "die" in order:
        os._exit(1)
    if "raise" in order:
        raise ValueError("no")
    return {}, body


if __name__ == "__main__":
    serve(stumble, memory=2_000_000_000)
