"""The process that looks into files (内容検査の子プロセス)."""

from dataclasses import asdict
from typing import Any

from madoguchi.documents.crew_member import serve
from madoguchi.documents.inspect.verdict import inspect_file
from madoguchi.documents.refusals import Refusal

MEMORY = 1_500_000_000


def inspect(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Order: files (path, name), accept. Answer: files, each a verdict, or refused and params."""
    found = [_inspect(file["path"], file["name"], order["accept"]) for file in order["files"]]
    return {"files": found}, b""


def _inspect(path: str, name: str, accept: list[str]) -> dict[str, Any]:
    with open(path, "rb") as file:
        try:
            return {"verdict": asdict(inspect_file(file, name, accept))}
        except Refusal as refusal:
            return {"refused": refusal.code, "params": refusal.params}


if __name__ == "__main__":
    serve(inspect, memory=MEMORY)
