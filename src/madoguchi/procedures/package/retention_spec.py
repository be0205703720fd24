"""The shape of `retention:` (docs/reference/package-format.md): how long the case is kept, and why."""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from madoguchi.kernel.language import Text
from madoguchi.procedures.package.shapes import Spec

PERIOD = r"^P[1-9]\d{0,2}[YM]$"
_PERIOD = re.compile(r"P(\d+)([YM])")
Period = Annotated[str, Field(pattern=PERIOD)]


class RetentionSpec(Spec):
    """How long the case is kept (保存期間, 公文書等の管理に関する法律第5条・施行令別表).

    `from`: what the period is counted from: closing 案件の終了, decision 処分の日, effect_end the end of
    the effect of what was granted. `then`: what is done at its end (満了時の措置, 同法第5条第5項).
    """

    period: Period
    from_: Literal["decision", "effect_end", "closing"] = Field(default="closing", alias="from")
    law: str = Field(default="", max_length=300)
    then: Literal["dispose", "transfer"] = "dispose"

    @model_validator(mode="after")
    def long_enough(self) -> "RetentionSpec":
        """What goes to the archives is kept for a year at least (公文書管理法施行令第8条第3項)."""
        if self.then == "transfer" and months_of(self.period) < 12:
            raise ValueError("`then: transfer` needs a period of a year or more (施行令第8条第3項)")
        return self


def months_of(period: str) -> int:
    """The months of a period: P5Y is 60. ValueError for anything else."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise ValueError(f"no period of retention: {period!r}")
    return int(match[1]) * (12 if match[2] == "Y" else 1)


_FROM: dict[str, Text] = {
    "closing": {"ja": "案件が終わった日", "en": "the case ended"},
    "decision": {"ja": "処分の日", "en": "the decision"},
    "effect_end": {"ja": "効力が終わった日", "en": "its effect ended"},
}


def period_text(spec: RetentionSpec) -> Text:
    """ "効力が終わった日の次の4月1日から5年": the rule in words."""
    months = months_of(spec.period)
    years, rest = divmod(months, 12)
    long = {
        "ja": f"{years}年" if not rest else f"{months}か月",
        "en": (f"{years} year" if not rest else f"{months} month")
        + ("" if (years if not rest else months) == 1 else "s"),
    }
    since = _FROM[spec.from_]
    return {
        "ja": f"{since['ja']}の次の4月1日から{long['ja']}",
        "en": f"{long['en']} from the 1 April after {since['en']}",
    }
