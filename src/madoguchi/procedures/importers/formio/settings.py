"""Settings of Form.io components that have no counterpart (設定の確認): told where they mean something."""

import tomllib
from functools import lru_cache
from pathlib import Path

from madoguchi.procedures.importers.part import EMPTY, Part

# Setting, what it is in the report, why it is not carried over.
_TOLD = (
    ("prefillKey", "prefill", "is given by the platform"),
    ("customDefaultValue", "default", "is a script"),
    ("contentForPdf", "text", "is for the printed form only"),
)


@lru_cache(maxsize=1)
def _known() -> dict[str, frozenset[str]]:
    text = (Path(__file__).parent / "settings.toml").read_text("utf-8")
    return {kind: frozenset(words.split()) for kind, words in tomllib.loads(text).items()}


def tell_unknown(part: Part) -> None:
    """Tell what of a component is carried over nowhere."""
    for key, value in part.raw.items():
        if key not in _known()["component"] and value not in EMPTY:
            part.lost(f"setting “{key}”", "has no counterpart", value)
    for key, value in part.map("validate").items():
        if key not in _known()["validate"] and value not in EMPTY:
            part.lost(f"validation “{key}”", "has no counterpart", value)
    for key, what, why in _TOLD:
        if part.get(key):
            part.lost(what, why, part.get(key))
    closed = part.get("readOnly") or part.get("disabled")
    if closed is True and not part.get("calculateValue"):
        part.changed("read-only", "was filled in by the platform; here it is asked")
    simple = part.map("conditional")
    hides = part.get("customConditional") or simple.get("when") or simple.get("conditions")
    if part.get("clearOnHide") is False and hides:
        part.changed("answer", "was kept while it is not shown; here what is not asked is absent")
