"""What the desk's pages share: who may come in, and how a clock reads."""

from typing import Annotated, Any

from fastapi import Depends, Request

from madoguchi.cases.desk.clock import Standing
from madoguchi.identity.service import Actor, required_official
from madoguchi.kernel.language import Text

Official = Annotated[Actor, Depends(required_official)]
FORM_BYTES = 4_000_000

_CLOCK_TONES = {"late": "error", "soon": "warning", "paused": "info", "running": "neutral"}
_OUTCOME_TONES = {"granted": "success", "accepted": "success", "refused": "error"}
_STAGE_TONES = {"approval": "purple", "applicant": "info", "work": "neutral"}


def texts(request: Request) -> Any:
    """t(key, **params) in the language of the request."""
    language: str = request.state.language

    def t(key: str, **params: object) -> str:
        found: str = request.app.state.texts.t(key, language, **params)
        return found

    return t


def clock_line(request: Request, standing: Standing) -> dict[str, Any]:
    """How a clock reads: {"text", "tone", "due"}; the words alone say it, colour only helps."""
    t = texts(request)
    key = standing.kind
    if key == "paused" and standing.days is not None and standing.days < 0:
        key = "paused_late"
    text = t(f"cases.desk.clock.{key}", days=abs(standing.days or 0))
    return {"text": text, "tone": _CLOCK_TONES.get(standing.kind, ""), "due": standing.due_on}


def state_tag(label: Text, stage: str, outcome: str | None) -> dict[str, Any]:
    """A state as a tag cell of a table."""
    tone = _OUTCOME_TONES.get(outcome or "", "neutral") if stage == "done" else _STAGE_TONES[stage]
    return {"text": label, "tone": tone}
