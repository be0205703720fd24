"""What a package says of an inspection (立入検査の判定): the risk of an entry, its sites, an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from madoguchi.kernel.japanese import JapaneseInputError, parse_decimal
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.compile_inspection import Inspections
from madoguchi.procedures.package.inspection_spec import ItemSpec
from madoguchi.procedures.package.scope import Environment, names

MET, UNMET, NOT_APPLICABLE, RECORDED = "ok", "ng", "na", "recorded"
MOST_SITES = 5000
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class History:
    """What is known of past inspections of an entry; the names are those of rules."""

    last_inspected_on: date | None = None
    months_since: int | None = None
    due: bool = False
    inspections: int = 0
    findings: int = 0
    open_findings: int = 0
    overdue_findings: int = 0
    incidents: int = 0


@dataclass(frozen=True)
class Reason:
    """A risk factor that counts for an entry, with its points."""

    factor: str
    points: Decimal


@dataclass(frozen=True)
class Site:
    """A place that can be visited (立入先)."""

    name: str
    address: str


class AnswerError(ValueError):
    """What was recorded for an item is no answer to it; the message is for the inspector."""

    def __init__(self, message: Text) -> None:
        super().__init__(message["en"])
        self.message = message


def assess(
    block: Inspections, entry: Mapping[str, object], history: History, environment: Environment
) -> tuple[Decimal, list[Reason]]:
    """The risk score of an entry, and the factors it comes from, weightiest first."""
    context = _context(entry, history, environment)
    found = [(name, rule(context)) for name, rule in block.points.items()]
    reasons = [Reason(name, _number(points)) for name, points in found if _number(points) != 0]
    reasons.sort(key=lambda reason: -reason.points)
    return sum((reason.points for reason in reasons), Decimal(0)), reasons


def sites(block: Inspections, entry: Mapping[str, object], environment: Environment) -> list[Site]:
    """The places of an entry, [] when the package names none."""
    if block.sites is None:
        return []
    found = block.sites(_context(entry, History(), environment))
    rows = found if isinstance(found, list) else []
    return [
        Site(str(row.get("name") or ""), str(row.get("address") or ""))
        for row in rows[:MOST_SITES]
        if isinstance(row, Mapping) and (row.get("name") or row.get("address"))
    ]


def judge_answer(item: ItemSpec, typed: str) -> tuple[str, str]:
    """(the answer as kept, its verdict: ok | ng | na | recorded). AnswerError.

    "na" (該当なし) answers every kind of item. A number outside its limits does not conform.
    """
    answer = typed.strip()
    if answer == NOT_APPLICABLE:
        return answer, NOT_APPLICABLE
    if item.answer == "conformity":
        if answer not in (MET, UNMET):
            raise AnswerError(
                {
                    "ja": "適・不適・該当なしのどれかを選んでください。",
                    "en": "Choose conforms, does not conform or not applicable.",
                }
            )
        return answer, answer
    if item.answer == "number":
        return _judge_number(item, answer)
    if len(answer) > LONGEST_TEXT:
        raise AnswerError(
            {
                "ja": f"{LONGEST_TEXT}文字までで入力してください。",
                "en": f"Write at most {LONGEST_TEXT} characters.",
            }
        )
    return answer, RECORDED


def _judge_number(item: ItemSpec, answer: str) -> tuple[str, str]:
    try:
        number = parse_decimal(answer)
    except JapaneseInputError as fault:
        raise AnswerError(dict(fault.message)) from fault
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > item.decimals:
        raise AnswerError(
            {
                "ja": f"小数点以下は{item.decimals}桁までです。",
                "en": f"Give at most {item.decimals} digits after the point.",
            }
        )
    low = item.min is not None and number < item.min
    high = item.max is not None and number > item.max
    return f"{number:f}", UNMET if low or high else MET


def _context(
    entry: Mapping[str, object], history: History, environment: Environment
) -> dict[str, object]:
    return {
        **names(environment),
        "entry": _decimals(entry),
        "history": _decimals(vars(history)),
    }


def _decimals(value: object) -> object:
    """Whole numbers as the exact numbers rules count with."""
    if isinstance(value, Mapping):
        return {name: _decimals(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_decimals(item) for item in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)
