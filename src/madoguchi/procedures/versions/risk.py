"""How grave a change of a package is for what was begun under the version before (影響の区分).

safe: every answer and every verdict stays as it is. review: the same answers may be judged
otherwise, or more is asked. breaking: an answer or a state has no place in the new version.
One table says it all; the first row that fits decides, and what no row names is to be reviewed.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

SAFE, REVIEW, BREAKING = "safe", "review", "breaking"
LEVELS = (SAFE, REVIEW, BREAKING)

Judge = Callable[[Any, Any], str]


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _limit(loosens: Callable[[Decimal, Decimal], bool]) -> Judge:
    """A limit that is gone or loosened lets every answer through that was let through before."""

    def judge(old: Any, new: Any) -> str:
        if new is None:
            return SAFE
        before, after = _number(old), _number(new)
        known = before is not None and after is not None
        return SAFE if known and loosens(before, after) else REVIEW  # type: ignore[arg-type]

    return judge


def _required(old: Any, new: Any) -> str:
    return SAFE if new in (None, "false") else REVIEW


def _new_question(old: Any, new: Any) -> str:
    asked = new.get("required") not in (None, "false") or new.get("type") == "pledge"
    return REVIEW if asked else SAFE


def _type(old: Any, new: Any) -> str:
    widened = {
        *((kind, "text") for kind in ("email", "telephone", "choice", "year_month")),
        ("text", "longtext"),
        ("integer", "decimal"),
    }
    return SAFE if (old, new) in widened else BREAKING


def _severity(old: Any, new: Any) -> str:
    return REVIEW if new == "error" else SAFE


def _new_check(old: Any, new: Any) -> str:
    return REVIEW if new.get("severity", "error") == "error" else SAFE


_HIGHER = _limit(lambda before, after: after >= before)
_LOWER = _limit(lambda before, after: after <= before)

# (path, kind of change or *, verdict). `*` stands for one step, or the rest of one; `**` for one or
# more steps.
TABLE: tuple[tuple[str, str, str | Judge], ...] = (
    ("data", "moved", SAFE),
    ("data/*", "renamed", SAFE),
    ("data/*", "added", _new_question),
    ("data/*", "removed", BREAKING),
    ("data/*/columns/*", "added", _new_question),
    ("data/*/columns/*", "removed", BREAKING),
    ("data/*/options/*", "added", SAFE),
    ("data/*/options/*", "removed", BREAKING),
    ("data/**/type", "changed", _type),
    ("data/**/required", "*", _required),
    ("data/**/max*", "*", _HIGHER),
    ("data/**/min*", "*", _LOWER),
    ("data/**/decimals", "*", _HIGHER),
    ("data/*/text", "*", SAFE),
    ("data/*/tone", "*", SAFE),
    ("data/*/prefill", "*", SAFE),
    ("data/**/default", "*", SAFE),
    ("kind", "*", BREAKING),
    ("who", "*", BREAKING),
    ("pages", "moved", SAFE),
    ("pages/*", "removed", REVIEW),
    ("pages/**", "*", SAFE),
    ("checks/*", "added", _new_check),
    ("checks/*", "removed", SAFE),
    ("checks/*/severity", "*", _severity),
    ("attachments/*", "added", _new_question),
    ("attachments/*", "removed", BREAKING),
    ("attachments/*/required", "*", _required),
    ("attachments/*/max_*", "*", _HIGHER),
    ("states/*", "added", SAFE),
    ("states/*", "removed", BREAKING),
    ("actions/*", "added", SAFE),
    ("register/columns/*", "removed", BREAKING),
    ("letters/*", "removed", BREAKING),
    ("facts/*", "added", SAFE),
    ("messages", "*", SAFE),
    ("messages/**", "*", SAFE),
    ("effective/by", "*", REVIEW),
    ("effective/*", "*", SAFE),
    *((name, "*", SAFE) for name in ("title", "summary", "audience", "keywords", "minutes")),
    *((name, "*", SAFE) for name in ("life_events", "catalogue", "retention", "retention/*")),
    *((f"*/*/**/{word}", "*", SAFE) for word in ("label", "help", "title", "message")),
    *((f"*/*/{word}", "*", SAFE) for word in ("label", "help", "title", "message", "item")),
    *((f"data/**/{word}", "*", SAFE) for word in ("unit", "pattern_hint")),
    *((f"*/*/{word}", "*", SAFE) for word in ("style", "guard_message", "omit_reason")),
)


def _pattern(path: str) -> re.Pattern[str]:
    steps = re.escape(path).replace(r"\*\*", ".+").replace(r"\*", "[^/]*")
    return re.compile(steps)


_ROWS = [(_pattern(path), kinds, verdict) for path, kinds, verdict in TABLE]


def risk_of(path: str, kind: str, old: Any, new: Any) -> str:
    """How grave one change is: `path` with slashes, `kind` added | removed | changed | …."""
    for pattern, kinds, verdict in _ROWS:
        if kinds in ("*", kind) and pattern.fullmatch(path):
            return verdict if isinstance(verdict, str) else verdict(old, new)
    return REVIEW


def worst(risks: list[str]) -> str:
    """The gravest of several, safe when there is none."""
    return max(risks, key=LEVELS.index, default=SAFE)
