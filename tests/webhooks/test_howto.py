"""The code in docs/howto/webhooks.md checks what is sent."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from madoguchi.webhooks import rules

TEXT = (Path(__file__).parents[2] / "docs/howto/webhooks.md").read_text("utf-8")
SECRET, BODY = rules.secret_of("key", "ENDPOINT", 1), '{"題": 1}'.encode()


def code(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", TEXT, re.S)
    return str(found)


def headers(stamp: int) -> dict[str, str]:
    signed = rules.signature(SECRET, "ID", stamp, BODY)
    return {
        "webhook-id": "ID",
        "webhook-timestamp": str(stamp),
        "webhook-signature": f"v1,other {signed}",
    }


def examples() -> list[tuple[dict[str, str], bytes, bool]]:
    now = int(time.time())
    return [
        (headers(now), BODY, True),
        (headers(now - 400), BODY, False),
        (headers(now), BODY + b" ", False),
        ({**headers(now), "webhook-signature": "v1,"}, BODY, False),
    ]


def test_python() -> None:
    names: dict[str, Any] = {}
    exec(code("python"), names)
    for head, body, genuine in examples():
        assert names["is_genuine"](SECRET, head, body) == genuine


def test_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    asked = [[SECRET, head, body.decode()] for head, body, _ in examples()]
    script = (
        f"{code('javascript')}\nconsole.log(JSON.stringify({json.dumps(asked)}"
        ".map(([s, h, b]) => isGenuine(s, h, Buffer.from(b)))))"
    )
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [genuine for _, _, genuine in examples()]
