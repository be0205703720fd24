"""Activities made up for demonstrations and tests of size: every time the same of the same numbers.

How many a corporation has and what contracts cost follows the published orders of 2018 to 2020
(gBizINFO, METI: 26,293 of 5,978 corporations): few have many, most have one or none. The words are
invented.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from madoguchi.registry.activities.kinds import (
    CERTIFICATION,
    COMMENDATION,
    PATENT,
    PROCUREMENT,
    SUBSIDY,
    WORKPLACE,
)
from madoguchi.registry.activities.published import Published, key_of

SOURCE = "synthetic:activities"
ACTIVE = 0.15  # of corporations, those of which anything is recorded
_SHARES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)
_COUNTS = (1, 1, 2, 3, 4, 8, 15, 52, 194, 496)
_AMOUNT_SHARES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
_AMOUNTS = (
    101,
    1_112_076,
    1_588_480,
    2_808_000,
    6_912_000,
    26_136_000,
    99_543_556,
    247_320_000,
    1_247_454_000,
    8_271_882_132,
    76_902_084_807,
)
_KINDS = (PROCUREMENT, SUBSIDY, PATENT, CERTIFICATION, COMMENDATION)
_WEIGHTS = (40, 15, 35, 8, 2)
_DEPARTMENTS = "防衛省 文部科学省 経済産業省 特許庁 資源エネルギー庁 中小企業庁 厚生労働省 国土交通省 環境省".split()
_DEPARTMENT_WEIGHTS = (30, 15, 20, 5, 6, 8, 6, 6, 4)
_FIELDS = (
    "省エネルギー設備 水素製造装置 地域包括ケア 再生可能エネルギー 中小企業の生産性 サイバーセキュリティ 物流の効率化 "
    "人材育成 蓄電池 自動運転 観光資源 伝統工芸 食品ロス 防災情報 衛星データ 半導体材料 海洋資源 窓口業務の電子化"
).split()
_ORDERS = "に関する調査業務 システムの運用保守 機器一式の購入 の実証事業 研修の実施 広報資料の作成".split()
_AIDS = "導入支援補助金 開発費補助金 普及促進事業費補助金 実証支援事業費補助金".split()
_THINGS = "検査装置 搬送装置 制御方法 冷却構造 記録媒体 計測方法 包装容器 接合部材".split()
_PRIZES = "経済産業大臣表彰 中小企業庁長官表彰 優良事業者表彰".split()
_APPROVALS = "経営力向上計画の認定 健康経営優良法人の認定 えるぼし認定 くるみん認定".split()
_FIRST = date(2016, 4, 1)
_DAYS = 3_650


def synthesise_activities(
    numbers: Iterable[str], seed: int = 0, *, active: float = ACTIVE
) -> Iterator[Published]:
    """The activities of these corporations. Those of one depend on its number and the seed only.

    `active`: the part of corporations of which anything is recorded.
    """
    for number in numbers:
        chance = Random(f"{seed}:{number}")  # noqa: S311 - repeatable on purpose, no secret
        if chance.random() >= active:
            continue
        details = _details(chance)
        many = round(_at(chance.random(), _SHARES, _COUNTS))
        for place in range(many):
            row = _activity(chance, number, place)
            yield row._replace(details=details) if place == 0 else row
        if many >= 10:  # figures of a workplace are told by those with more to do with the state
            yield _workplace(chance, number)


def _activity(chance: Random, number: str, place: int) -> Published:
    kind = chance.choices(_KINDS, _WEIGHTS)[0]
    day = _FIRST + timedelta(days=chance.randrange(_DAYS))
    department = chance.choices(_DEPARTMENTS, _DEPARTMENT_WEIGHTS)[0]
    field = chance.choice(_FIELDS)
    amount = str(max(1_000, round(_at(chance.random(), _AMOUNT_SHARES, _AMOUNTS), -3)))
    told: dict[str, Any] = {"government_departments": department}
    match kind:
        case "procurement":
            title = f"{_year(day)}{field}{chance.choice(_ORDERS)}"
            told |= {"title": title, "amount": int(amount), "date_of_order": day.isoformat()}
        case "subsidy":
            title = f"{field}{chance.choice(_AIDS)}"
            told |= {"title": title, "amount": amount, "date_of_approval": day.isoformat()}
        case "patent":
            title = f"{field}の{chance.choice(_THINGS)}"
            serial = f"{day.year}{chance.randrange(1_000_000):06}"
            told = {"patent_type": "特許", "registration_number": serial, "title": title}
            told |= {"application_date": day.isoformat(), "classifications": [], "url": None}
            department = "特許庁"
        case "commendation":
            title = chance.choice(_PRIZES)
            told |= {"title": title, "date_of_commendation": day.isoformat(), "target": field}
        case _:
            title = chance.choice(_APPROVALS)
            told |= {"title": title, "date_of_approval": day.isoformat(), "target": None}
    return Published(
        kind=kind,
        number=number,
        key=key_of(number, f"{place:05}"),
        title=title,
        day=day.isoformat(),
        amount=amount if kind in (PROCUREMENT, SUBSIDY) else "",
        department=department,
        target=str(told.get("target") or ""),
        updated=(day + timedelta(days=60)).isoformat(),
        data=told,
        details={},
    )


def _workplace(chance: Random, number: str) -> Published:
    age, overtime = f"{chance.gauss(42, 6):.1f}", f"{chance.uniform(5, 35):.1f}"
    years, women = f"{chance.uniform(3, 20):.1f}", f"{chance.uniform(10, 60):.1f}"
    data = {
        "base_infos": {
            "average_age": age,
            "average_continuous_service_years": years,
            "month_average_predetermined_overtime_hours": overtime,
        },
        "women_activity_infos": {"female_workers_proportion": women},
    }
    figures = {**data["base_infos"], **data["women_activity_infos"]}
    return Published(
        WORKPLACE,
        number,
        key_of(number, "shokuba"),
        "",
        "",
        "",
        "厚生労働省",
        "",
        "",
        data,
        figures,
    )


def _details(chance: Random) -> dict[str, Any]:
    capital = round(_at(chance.random(), _AMOUNT_SHARES, _AMOUNTS), -6) or 1_000_000
    return {
        "capital_stock": capital,
        "employee_number": max(1, round(chance.lognormvariate(3, 1.4))),
        "founding_year": chance.randrange(1900, 2020),
    }


def _year(day: date) -> str:
    """The fiscal year as titles name it."""
    year = day.year - (day.month < 4)
    return f"令和{year - 2018}年度" if year > 2019 else f"平成{year - 1988}年度"


def _at(place: float, shares: Sequence[float], values: Sequence[float]) -> int:
    """The value that a share of all do not exceed, between the ones measured."""
    after = min(bisect_right(shares, place), len(shares) - 1)
    low, high = shares[after - 1], shares[after]
    part = (place - low) / (high - low)
    return round(values[after - 1] + part * (values[after] - values[after - 1]))
