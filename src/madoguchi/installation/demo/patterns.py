"""Filings of the demo that run by time: waiting periods, two-part reports, rounds, opinions, routes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from madoguchi.installation.demo.scenarios import Changes, Scenario, Step
from madoguchi.kernel.calendar import roll_forward
from madoguchi.kernel.clock import JST, as_jst
from madoguchi.procedures.rounds import rounds_until
from madoguchi.procedures.service import Package

WORKS, ACCIDENT = "electrical-works-plan", "electrical-accident"
SUPPORT, LEVY = "support-organisation-certification", "alcohol-levy-declaration"
REQUEST, PUBLICATION = "approval-request", "disposition-publication"
SUBSTANCES = "designated-substance-actual"
SE, KX = "safety-examiner", "kanto-examiner"
CONFIRMED = (Step(3, KX, "forward", {}), Step(9, "meti-examiner", "confirm", {}))


def _in(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def _works(site: str, city: str) -> Changes:
    address = {"prefecture": "千葉県", "city": city, "street": "9-9-9"}
    return lambda day: {
        "places": [{"row": "p1", "name": site, "address": address}],
        "start_on": _in(day, 45),
        "use_on": _in(day, 160),
    }


def _accident(site: str, known_after: int = 0) -> Changes:
    return lambda day: {
        "site_name": site,
        "place": {"prefecture": "神奈川県", "city": "横浜市鶴見区", "street": "末広町9-9"},
        "occurred_at": f"{_in(day, -known_after)} 08:40",
        "known_at": f"{_in(day, 0)} 09:10",
    }


def _substance(code: str, key: str, kg: str, activity: str = "make") -> Changes:
    return lambda day: {
        "year": day.year - 1,
        "site_code": code,
        "substance": key,
        "cas": None,
        "activity": activity,
        "late_reason": "事業所の統合で集計が遅れた。",
        "facilities": [{"row": "r1", "plant_code": "P1", "kg": kg, "exported_kg": 0}],
    }


_DETAILS = {
    "natural": False,
    "cause_kind": "contact",
    "cause": "飛来したビニールシートが引込線に接触し、地絡した。",
    "damage": "引込ケーブル1本が焼損した。けが人はいない。",
    "prevention": "引込線の周囲に飛来物防止ネットを設け、強風の前に見回る。",
    "engineer_name": "鶴見 保",
    "engineer_kind": "own",
}


def _levy(day: date) -> Mapping[str, Any]:
    """The month before last: it may be declared until the end of last month, late afterwards."""
    month = (day.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    return {"month": month, "lines": [{"row": "l1", "degree": 95, "kind": "fermented", "kl": 2}]}


def _request(subject: str, amount: int | None) -> Changes:
    def changes(day: date) -> Mapping[str, Any]:
        money = {"amount": amount} if amount else {"amount": None, "budget_item": None}
        return {
            "subject": subject,
            "kind": "expense" if amount else "letter",
            "spends": amount is not None,
            "act_on": roll_forward(day + timedelta(days=20)).isoformat(),
            **money,
        }

    return changes


def _disposition(day: date) -> Mapping[str, Any]:
    return {
        "corporate_number": None,
        "disposed_on": _in(day, -3),
        "from_day": _in(day, 5),
        "to_day": _in(day, 34),
        "publish_until": _in(day, 700),
    }


PATTERNS = (
    Scenario(
        WORKS,
        "bay",
        50,
        _works("そでがうら太陽光発電所", "袖ケ浦市"),
        (Step(2, SE, "confirm", {}),),
    ),
    Scenario(
        WORKS, "bay", 12, _works("きさらづ太陽光発電所", "木更津市"), (Step(1, SE, "confirm", {}),)
    ),
    # A month and a half later the full report is overdue.
    Scenario(ACCIDENT, "minato", 45, _accident("港湾工場", 1)),
    Scenario(ACCIDENT, "bay", 9, _accident("ありあけ給油所")),
    Scenario(
        ACCIDENT,
        "minato",
        80,
        _accident("研究棟"),
        (Step(20, "minato", "report_details", _DETAILS), Step(26, SE, "close", {"publish": True})),
    ),
    Scenario(SUBSTANCES, "minato", 60, _substance("JPN014", "3B06", "42000.5"), CONFIRMED),
    Scenario(SUBSTANCES, "bay", 58, _substance("JPN020", "2B13", "1250", "use"), CONFIRMED),
    Scenario(SUBSTANCES, "bay", 7, _substance("JPN020", "3B17", "31000")),
    Scenario(LEVY, "minato", 6, _levy),
    Scenario(
        LEVY,
        "minato",
        37,
        _levy,
        (Step(2, "minato", "pay", {}), Step(4, KX, "settle", {})),
    ),
    Scenario(
        "sponsorship-name",
        "council",
        13,
        lambda day: {
            "event_title": "関東試験所フォーラム",
            "starts_on": _in(day, 110),
            "ends_on": _in(day, 111),
        },
        (
            Step(1, "meti-examiner", "start_examination", {}),
            Step(5, "meti-examiner", "ask_bureau", {"agencies": ["bureau-kanto"]}),
        ),
    ),
    Scenario(
        REQUEST,
        "meti-examiner",
        5,
        _request("濃度計の更新について(伺い)", 1_800_000),
        (Step(1, "meti-administrator", "approve", {}),),
    ),
    Scenario(
        REQUEST,
        "meti-examiner",
        24,
        _request("技術講習会の後援について(伺い)", None),
        (
            Step(1, "meti-administrator", "approve", {}),
            Step(2, "meti-approver", "approve", {}),
        ),
    ),
    Scenario(
        REQUEST,
        "meti-examiner",
        None,
        _request("会場の借上げについて(伺い)", 450_000),
        pages_left=1,
    ),
    Scenario(
        PUBLICATION,
        "meti-examiner",
        18,
        _disposition,
        (
            Step(1, "meti-administrator", "confirm", {}),
            Step(2, "meti-approver", "approve", {}),
        ),
    ),
)


def in_rounds(package: Package, at: datetime) -> tuple[Scenario, ...]:
    """Filings in the last round whose decision is due, and one in the round open now, if any."""
    today = as_jst(at).date()
    known = rounds_until(package.spec.rounds, today.year)
    found: list[Scenario] = []
    ended = [item for item in known if item.decides is not None and item.decides <= today]
    for item in ended[-1:]:
        ago = (today - as_jst(item.opens).date()).days - 8
        for person, after in (("council", 0), ("hakata", 5)):
            steps = (
                Step(6, KX, "start_examination", {}),
                Step(20, KX, "propose_certification", {"conditions": ""}),
            )
            found.append(Scenario(package.id, person, ago - after, _organisation, steps))
    # Today's filings are made at some minute of the morning: the round must be open by then.
    first = datetime.combine(today, time(0), JST) - timedelta(days=1)
    if any(item.opens <= first < item.closes for item in known):
        found.append(Scenario(package.id, "naniwa", 1, _organisation))
    return tuple(found)


def _organisation(day: date) -> Mapping[str, Any]:
    """Offices in the district of the demo's bureau, experience of the last years."""
    begun = day.replace(day=1) - timedelta(days=1500)
    return {
        "main_office": {"prefecture": "東京都", "city": "千代田区", "street": "大手町9-9-9"},
        "experience": [
            {
                "row": "x1",
                "from": begun.isoformat(),
                "to": (begun + timedelta(days=1300)).isoformat(),
                "kind": "specific",
                "content": "事業計画の策定支援",
                "certifier": "架空商工会議所",
            }
        ],
    }
