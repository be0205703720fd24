"""The process that looks into files (内容検査の子プロセス)."""

from dataclasses import asdict
from typing import Any

from madoguchi.documents.crew_member import serve
from madoguchi.documents.inspect.verdict import inspect_file
from madoguchi.documents.refusals import Refusal

MEMORY = 1_500_000_000


def inspect(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Order: path, name, accept. Answer: verdict, or refused (a code) and params."""
    with open(order["path"], "rb") as file:
        try:
            return {"verdict": asdict(inspect_file(file, order["name"], order["accept"]))}, b""
        except Refusal as refusal:
            return {"refused": refusal.code, "params": refusal.params}, b""


if __name__ == "__main__":
    serve(inspect, memory=MEMORY)
