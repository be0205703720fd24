"""What people of the demo filed, and what became of it. Days count back from today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Changes = Callable[[date], Mapping[str, Any]]


@dataclass(frozen=True)
class Step:
    """An act of an official (or the applicant): days after the filing, who, what, the form."""

    after: int
    person: str
    action: str
    form: Mapping[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One filing, begun from the package's own example with changes (JSON Merge Patch).

    `days_ago` says when; None leaves it a draft. `changes` gets the day of filing.
    """

    procedure: str
    person: str
    days_ago: int | None
    changes: Changes
    steps: tuple[Step, ...] = ()
    catalogue_id: str | None = None
    pages_left: int = 0


def _in(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


_FLAMMABLE = ("acetylene", "hydrogen", "propane")


def _gas(name: str, capacity: int, site: str = "港湾工場") -> Changes:
    measures = "ガス漏えい検知警報設備と散水設備を置き、火気との距離を8m以上とる。"
    return lambda day: {
        **({"fire_measures": measures} if name in _FLAMMABLE else {}),
        "site_name": site,
        "site": {
            "postal_code": "2310021",
            "prefecture": "神奈川県",
            "city": "横浜市鶴見区",
            "street": "末広町9-9",
        },
        "gases": [{"row": "g1", "gas": name, "form": "liquefied", "capacity": capacity}],
        "start_date": _in(day, 90),
    }


def _station(name: str, place: Mapping[str, str], days: int = 60) -> Changes:
    def changes(day: date) -> Mapping[str, Any]:
        return {
            "stations": [
                {
                    "row": "s1",
                    "name": name,
                    "address": dict(place),
                    "telephone": "03-9999-0002",
                    "regular_kl": 30,
                    "premium_kl": 10,
                    "diesel_kl": 20,
                    "kerosene_kl": 10,
                    "meters": 4,
                    "nozzles": 8,
                    "ownership": "own",
                    "open_date": _in(day, days),
                    "supplier": "架空石油株式会社",
                    "qm_name": "高橋 美咲",
                    "qm_licence": "otsu",
                    "qm_licence_number": "13-00123",
                    "qm_licence_date": "2015-06-01",
                    "analysis": "entrusted",
                    "analysis_body": "一般社団法人架空石油協会",
                }
            ]
        }

    return changes


_TOKYO = {"prefecture": "東京都", "city": "江東区", "street": "有明9-9-9"}
_CHIBA = {"prefecture": "千葉県", "city": "千葉市美浜区", "street": "高浜9-1"}
_OSAKA = {"prefecture": "大阪府", "city": "大阪市北区", "street": "梅田9-9-9"}


def _examined(examiner: str, after: int = 1) -> Step:
    return Step(after, examiner, "start_examination", {})


GAS, GAS_NOTICE = "high-pressure-gas-production", "high-pressure-gas-notice"
GASOLINE, CHANGE = "gasoline-seller-registration", "gasoline-seller-change-notice"
PLAN, SPONSOR, LEAVE = "management-improvement-plan", "sponsorship-name", "annual-leave"
KE, KA, ME, MA = "kanagawa-examiner", "kanagawa-approver", "meti-examiner", "meti-approver"

SCENARIOS = (
    Scenario(
        GAS,
        "minato",
        75,
        _gas("oxygen", 1200),
        (
            _examined(KE),
            Step(12, KE, "propose_grant", {"conditions": "使用開始前に完成検査を受けること。"}),
            Step(14, KA, "approve_grant", {}),
        ),
    ),
    Scenario(
        GAS,
        "minato",
        20,
        _gas("acetylene", 450, "第二工場"),
        (
            _examined(KE),
            Step(
                4,
                KE,
                "request_correction",
                {
                    "points": ["/purpose", "/equipment"],
                    "reason": "設備の容量の合計が、配置図の記載と合いません。配置図を確かめて直してください。",
                },
            ),
        ),
    ),
    Scenario(
        GAS,
        "minato",
        16,
        _gas("hydrogen", 800, "研究棟"),
        (
            _examined(KE),
            Step(10, KE, "propose_grant", {"conditions": ""}),
        ),
    ),
    Scenario(GAS, "minato", 3, _gas("nitrogen", 900, "倉庫棟")),
    Scenario(
        GAS_NOTICE,
        "minato",
        6,
        lambda day: {**_gas("nitrogen", 240, "冷却棟")(day), "start_date": _in(day, 30)},
    ),
    Scenario(
        GAS_NOTICE,
        "minato",
        40,
        lambda day: {**_gas("nitrogen", 180, "試験室")(day), "start_date": _in(day, 45)},
        (Step(2, KE, "confirm", {}),),
    ),
    Scenario(
        GASOLINE,
        "bay",
        60,
        _station("ありあけ給油所", _TOKYO),
        (
            _examined(ME),
            Step(15, ME, "propose_registration", {}),
            Step(16, "bay", "pay", {}),
            Step(18, MA, "approve_registration", {}),
        ),
    ),
    Scenario(GASOLINE, "naniwa", 8, _station("うめだ給油所", _OSAKA), (_examined(ME, 2),)),
    Scenario(
        GASOLINE,
        "bay",
        33,
        _station("みはま給油所", _CHIBA),
        (
            _examined(ME),
            Step(
                9,
                ME,
                "propose_refusal",
                {"reasons": "品質管理者の要件を確かめる書類がそろわないため。"},
            ),
            Step(11, MA, "send_back", {"comment": "もう一度、書類の提出を求めてください。"}),
        ),
    ),
    Scenario(GASOLINE, "naniwa", None, _station("なんば給油所", _OSAKA), pages_left=2),
    Scenario(PLAN, "hakata", 26, lambda day: {}, (_examined(ME),)),
    Scenario(PLAN, "hakata", None, lambda day: {}, pages_left=4),
    Scenario(
        SPONSOR, "council", 10, lambda day: {"starts_on": _in(day, 120), "ends_on": _in(day, 122)}
    ),
    Scenario(
        SPONSOR,
        "council",
        50,
        lambda day: {
            "event_title": "検査技術展",
            "starts_on": _in(day, 90),
            "ends_on": _in(day, 91),
        },
        (
            _examined(ME),
            Step(
                10,
                ME,
                "propose_refusal",
                {"reasons": "営利を主な目的とする催しであり、後援の基準に合いません。"},
            ),
            Step(13, MA, "approve_refusal", {}),
        ),
    ),
)
