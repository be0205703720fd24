"""Why something about an inspection is refused (断り): codes, statuses and texts are in refusals.toml."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from madoguchi.cases.errors import CaseError, case_error


@lru_cache(maxsize=1)
def _known() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name("refusals.toml").read_text("utf-8"))


def refusal(code: str, **params: object) -> CaseError:
    """The error of that code; `{name}` in its texts is filled from params."""
    known = _known()[code]
    return case_error(code, known["status"], known["ja"], known["en"], params or None)
