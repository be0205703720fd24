"""The child's side of crew: read an order, do it, answer; until the parent closes the pipe."""

import json
import resource
import sys
from collections.abc import Callable
from typing import Any

Task = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]


def serve(task: Task, *, memory: int) -> None:
    """Do `task` for every order on standard input, within `memory` bytes of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not break into the answers
    while line := orders.readline():
        order = json.loads(line)
        body = orders.read(order["length"])
        try:
            answer, content = task(order, body)
        except Exception as fault:
            answer, content = {"failed": f"{type(fault).__name__}: {fault}"[:300]}, b""
        answers.write(json.dumps({**answer, "length": len(content)}).encode() + b"\n" + content)
        answers.flush()
