"""What people of the demo filed, and what became of it. Days count back from today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from madoguchi.kernel.calendar import roll_forward

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


def _plan(day: date) -> Mapping[str, Any]:
    """A plan that begins next month with equipment bought the month after."""
    start = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    machine = {
        "row": "q1",
        "acquired_on": _in(start, 40),
        "measure": "type_a",
        "name": "サーボプレス機 SP-200",
        "prefecture": "福岡県福岡市",
        "kind": "machine",
        "unit_price": 1600000,
        "quantity": 2,
        "certificate_number": "第2026-0012号",
    }
    return {
        "office_address": {
            "prefecture": "福岡県",
            "city": "福岡市博多区",
            "street": "博多駅前9-9-9",
        },
        "start_month": f"{start:%Y-%m}",
        "business_year_end": 3,
        "equipment": [machine],
    }


def _event(title: str, days: int) -> Changes:
    return lambda day: {
        "event_title": title,
        "starts_on": _in(day, days),
        "ends_on": _in(day, days + 1),
    }


def _leave(day: date) -> Mapping[str, Any]:
    """A day off two weeks later, on a day on which there is work."""
    off = roll_forward(day + timedelta(days=14)).isoformat()
    return {"from_date": off, "to_date": off}


def _notice(name: str, capacity: int, site: str) -> Changes:
    return lambda day: {**_gas(name, capacity, site)(day), "start_date": _in(day, 35)}


GAS, GAS_NOTICE = "high-pressure-gas-production", "high-pressure-gas-notice"
GASOLINE, CHANGE = "gasoline-seller-registration", "gasoline-seller-change-notice"
PLAN, SPONSOR, LEAVE = "management-improvement-plan", "sponsorship-name", "annual-leave"
SIMPLE = "simple-filing"
KE, KA, ME, MA = "kanagawa-examiner", "kanagawa-approver", "meti-examiner", "meti-approver"

_SITES = (
    "鶴見第一工場",
    "鶴見第二工場",
    "川崎充填所",
    "横浜研究所",
    "磯子工場",
    "本牧倉庫",
    "厚木工場",
)
_EVENTS = (
    "検査機器展",
    "中小企業の測定技術講習会",
    "標準化フォーラム",
    "試験所交流会",
    "品質月間シンポジウム",
)


def _decided_gas(days_ago: int, site: str) -> Scenario:
    """A permit of the past months; how long it took varies with the day."""
    needed = 9 + days_ago % 23
    steps = [_examined(KE)]
    if days_ago % 3 == 0:
        asked = {"points": ["/equipment"], "reason": "設備の一覧に数量のない行があります。"}
        steps += [Step(3, KE, "request_correction", asked), Step(5, "minato", "resubmit", {})]
    steps += [
        Step(needed, KE, "propose_grant", {"conditions": "使用開始前に完成検査を受けること。"}),
        Step(needed + 2, KA, "approve_grant", {}),
    ]
    return Scenario(
        GAS, "minato", days_ago + needed, _gas("oxygen", 400 + 10 * days_ago, site), tuple(steps)
    )


def _confirmed_notice(days_ago: int, site: str) -> Scenario:
    return Scenario(
        GAS_NOTICE,
        "minato",
        days_ago,
        _notice("nitrogen", 120 + days_ago, site),
        (Step(1 + days_ago % 4, KE, "confirm", {}),),
    )


def _decided_event(days_ago: int, title: str) -> Scenario:
    needed = 8 + days_ago % 11
    return Scenario(
        SPONSOR,
        "council",
        days_ago,
        _event(title, 100),
        (
            _examined(ME),
            Step(needed, ME, "propose_grant", {"conditions": ""}),
            Step(needed + 1, MA, "approve_grant", {}),
        ),
    )


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
    Scenario(GAS_NOTICE, "minato", 6, _notice("nitrogen", 240, "冷却棟")),
    Scenario(
        GAS_NOTICE, "minato", 40, _notice("nitrogen", 180, "試験室"), (Step(2, KE, "confirm", {}),)
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
    Scenario(PLAN, "hakata", 26, _plan, (_examined(ME),)),
    Scenario(PLAN, "hakata", None, _plan, pages_left=4),
    Scenario(SPONSOR, "council", 10, _event("デジタルものづくり展", 120)),
    Scenario(
        SPONSOR,
        "council",
        50,
        _event("検査技術展", 90),
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
    Scenario(LEAVE, ME, 4, _leave),
    Scenario(
        LEAVE,
        ME,
        30,
        _leave,
        (Step(1, "meti-administrator", "confirm", {}), Step(1, "meti-manager", "approve", {})),
    ),
    Scenario(
        SIMPLE,
        "hakata",
        12,
        lambda day: {},
        (_examined(ME),),
        catalogue_id="sample-31",
    ),
    *(_decided_gas(30 + 17 * n, site) for n, site in enumerate(_SITES)),
    *(_confirmed_notice(25 + 13 * n, f"{site}(第二種)") for n, site in enumerate(_SITES)),
    *(_decided_event(60 + 19 * n, title) for n, title in enumerate(_EVENTS)),
)
