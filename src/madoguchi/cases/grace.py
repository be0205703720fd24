"""Grace for time spent in the waiting room (待合室での待ち時間の猶予). Pure.

到達 stays what the law makes it (行政手続法 第7条, デジタル手続法 第6条第3項): the moment recorded as the
case's arrival. What the agency declares on top of it is that minutes its own queue took are not
held against anybody: deadlines and rounds look at the arrival less the time waited.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import Text

NO_WAIT = timedelta(0)
WAITED: Text = {"ja": "待合室での待ち時間", "en": "Time in the waiting room"}


def counted_at(at: datetime, waited: timedelta) -> datetime:
    """The moment deadlines look at: the arrival (aware) less the time waited in the queue."""
    return at - waited


def wait_told(at: datetime, waited: timedelta, *, applied: bool) -> dict[str, Any]:
    """What the journal says of a wait: {} without one, else {"waited": {seconds, counted_at, applied}}.

    `applied`: whether it changed the answer, so that without it this would have been too late.
    """
    if waited <= NO_WAIT:
        return {}
    counted = counted_at(at, waited).isoformat()
    seconds = int(waited.total_seconds())
    return {"waited": {"seconds": seconds, "counted_at": counted, "applied": applied}}


def wait_words(payload: Mapping[str, Any], language: str) -> str:
    """The wait of a journal entry in words, "" without one."""
    wait = payload.get("waited")
    if not isinstance(wait, Mapping):
        return ""
    minutes, seconds = divmod(int(wait["seconds"]), 60)
    counted = as_jst(datetime.fromisoformat(wait["counted_at"]))
    if language == "ja":
        return (
            f"{minutes}分{seconds}秒。期限は{counted:%Y年%m月%d日 %H時%M分%S秒}に着いたものとして見ました"
            + ("(猶予の規則により期限内)。" if wait["applied"] else "。")
        )
    return f"{minutes} min {seconds} s. Deadlines took it as sent at {counted:%H:%M:%S} JST on " + (
        f"{counted.day} {counted:%B %Y}"
        + (" (in time by the rule of grace)." if wait["applied"] else ".")
    )
