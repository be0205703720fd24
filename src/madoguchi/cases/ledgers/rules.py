"""What a use of a ledger must look like (裏書の点検). Pure: plain data in, plain data or an error out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from madoguchi.cases.crosscase.amounts import MILLION, millionths
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.registers.rules import EXPIRED, VALID, Span, in_force
from madoguchi.kernel.japanese import normalise_line

LONGEST_REFERENCE = 100
MOST_PARTS = 200
MOST_DETAILS = 20
LONGEST_DETAIL = 200
LONGEST_REASON = 2000
LONGEST_HOLD = timedelta(days=366)
Key = tuple[str, str]  # ledger, item


@dataclass(frozen=True)
class Amount:
    """How much of which item of a ledger."""

    ledger: str
    item: str
    amount: Decimal


@dataclass(frozen=True)
class Endorsing:
    """A use to be recorded: `on` is the day it counts for (the day of the customs declaration)."""

    reference: str
    on: date
    amounts: Sequence[Amount]
    provisional: bool = False
    details: Mapping[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None


def wanted(
    amounts: Sequence[Amount], decimals: Mapping[Key, int], *, zero: bool = False
) -> dict[Key, int]:
    """Whole millionths by account; several of one account are added up.

    A ledger without items takes an amount whatever item it names. CaseError 422 with the place.
    """
    if not 1 <= len(amounts) <= MOST_PARTS:
        raise _bad("/amounts", "数量を1～200件で書いてください。", "Give 1 to 200 amounts.")
    found: dict[Key, int] = {}
    for index, part in enumerate(amounts):
        key = (part.ledger, "" if (part.ledger, "") in decimals else part.item)
        place = f"/amounts/{index}/amount"
        if key not in decimals:
            raise CaseError(
                "no-ledger",
                422,
                {
                    "ja": "この許可に「{name}」の残高はありません。品目と帳簿の名前を確かめてください。",
                    "en": "This registration counts no “{name}”. Check the ledger and the item.",
                },
                {"name": f"{part.ledger} {part.item}".strip()[:170]},
                (f"/amounts/{index}",),
            )
        whole = millionths(part.amount)
        step = MILLION // 10 ** decimals[key]
        if whole is None or whole < 0 or (whole == 0 and not zero):
            raise _bad(
                place, "数量は0より大きい数で書いてください。", "The amount must be above zero."
            )
        if part.amount * MILLION != whole or whole % step:
            raise _bad(
                place,
                f"数量の小数は{decimals[key]}桁までです。",
                f"Give at most {decimals[key]} digits after the point.",
            )
        found[key] = found.get(key, 0) + whole
    if max(found.values()) > 9 * 10**18:
        raise _bad("/amounts", "数量が大きすぎます。", "The amounts are too large.")
    return found


def reference_of(text: str) -> str:
    """The reference as it is kept. CaseError 422."""
    found = normalise_line(text)
    if not 1 <= len(found) <= LONGEST_REFERENCE:
        raise _bad(
            "/reference",
            "申告番号などの番号を100字までで書いてください。",
            "Give the number it is for, in 100 characters at most.",
        )
    return found


def details_of(details: Mapping[str, str]) -> dict[str, str]:
    """Port, vessel and the like as they are kept. CaseError 422."""
    found = {normalise_line(name): normalise_line(text) for name, text in details.items()}
    if len(found) > MOST_DETAILS or any(
        not 1 <= len(name) <= 60 or len(text) > LONGEST_DETAIL for name, text in found.items()
    ):
        raise _bad(
            "/details",
            "細目は20件まで、1件200字までで書いてください。",
            "Give at most 20 details of 200 characters.",
        )
    return {name: text for name, text in found.items() if text}


def reason_of(text: str | None) -> str:
    """The reason as it is kept. CaseError 422."""
    found = (text or "").strip()
    if not 1 <= len(found) <= LONGEST_REASON:
        raise _bad(
            "/reason",
            "理由を2000字までで書いてください。",
            "Give the reason, in 2,000 characters at most.",
        )
    return found


def may_be_used(spans: Sequence[Span], on: date, today: date) -> None:
    """Whether a registration can be used for a day. CaseError 409.

    The day of the use decides whether it stood (a declaration before the expiry counts); what was
    decided since (a suspension, a cancellation) stops it all the same.
    """
    then, now = in_force(spans, on), in_force(spans, today)
    if on > today:
        raise _bad("/on", "先の日付は書けません。", "The day cannot be in the future.")
    if then is None:
        before = any(span.valid_from <= on for span in spans)
        raise case_error(
            "entry-expired" if before else "entry-not-begun",
            409,
            "この日には許可の有効期間が終わっています。使えません。"
            if before
            else "この日には許可がまだ有効ではありません。使えません。",
            "The registration had run out on that day. It cannot be used."
            if before
            else "The registration was not yet in force on that day. It cannot be used.",
        )
    stopped = next(
        (span for span in (then, now) if span and span.status not in (VALID, EXPIRED)), None
    )
    if stopped is not None or then.status != VALID:
        raise case_error(
            "entry-not-in-force",
            409,
            "この許可は停止されているか、終わっています。使えません。",
            "The registration is suspended or has ended. It cannot be used.",
        )


def holds_until(at: datetime, hold: timedelta | None, asked: datetime | None) -> datetime | None:
    """Until when a provisional use holds: as asked, no longer than the ledger lets it."""
    most = at + (hold or LONGEST_HOLD)
    if asked is None:
        return most if hold is not None else None
    if not at < asked <= most:
        raise _bad(
            "/expires_at",
            "仮の裏書の期限は、いまより後で、定められた期間内にしてください。",
            "A provisional use must end in the future and within the time the ledger allows.",
        )
    return asked


def _bad(pointer: str, ja: str, en: str) -> CaseError:
    return CaseError("invalid-use", 422, {"ja": ja, "en": en}, pointers=(pointer,))
