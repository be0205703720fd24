"""When to try again: exponential pauses with a jitter that depends on the job alone."""

import hashlib
from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)


def pause_before_retry(id: str, attempts: int) -> timedelta:
    """The pause after `attempts` failed attempts (1, 2, …): 5 s, 10 s, 20 s … 1 h, ± 25 %.

    The jitter keeps jobs that failed together from returning together; it is a hash of id and
    attempt, so it is the same everywhere and in every test.
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 20)))
    spread = int.from_bytes(hashlib.sha256(f"{id}:{attempts}".encode()).digest()[:2])
    return pause * (750 + spread % 501) / 1000
