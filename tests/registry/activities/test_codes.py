"""The lists of gBizINFO: ministries by name, bands of figures."""

from decimal import Decimal

import pytest

from madoguchi.registry.activities.bands import band_of, place_of
from madoguchi.registry.activities.ministries import MINISTRIES, ministry_of


@pytest.mark.parametrize(
    ("department", "name"),
    [
        ("経済産業省", "経済産業省"),
        (
            "国立研究開発法人新エネルギー・産業技術総合開発機構",
            "新エネルギー・産業技術総合開発機構",
        ),
        ("経済産業省中小企業庁", "中小企業庁"),
        ("独立行政法人中小企業基盤整備機構", "中小企業基盤整備機構"),
        ("国土交通省 観光庁", "観光庁"),
        ("文部科学省大臣官房会計課", "文部科学省"),
        ("新ｴﾈﾙｷﾞｰ・産業技術総合開発機構", "新エネルギー・産業技術総合開発機構"),
        ("経済産業省／環境省", "経済産業省"),
        ("堺市", ""),
        ("", ""),
    ],
)
def test_the_ministry_a_name_means(department: str, name: str) -> None:
    assert MINISTRIES.get(ministry_of(department), "") == name


def test_the_list_has_its_official_numbers() -> None:
    assert len(MINISTRIES) == 49
    known = {"1": "国税庁", "17": "経済産業省", "30": "新エネルギー・産業技術総合開発機構"}
    known |= {"40": "郵便貯金簡易生命保険管理・郵便局ネットワーク支援機構", "49": "こども家庭庁"}
    assert known.items() <= MINISTRIES.items()


@pytest.mark.parametrize(
    ("field", "figures"),
    [
        ("average_age", {"30": 1, "30.1": 2, "45": 2, "46": 3, "60": 3, "61": 4}),
        ("average_continuous_service_years", {"0": 1, "5": 1, "5.5": 2, "20": 3, "20.1": 4}),
        ("month_average_predetermined_overtime_hours", {"19.9": 1, "20": 2, "39.9": 2, "40": 3}),
        ("female_workers_proportion", {"20": 1, "20.4": 2, "61": 4}),
    ],
)
def test_figures_fall_into_their_bands(field: str, figures: dict[str, int]) -> None:
    assert {text: band_of(field, Decimal(text)) for text in figures} == figures


def test_letters_of_bands() -> None:
    assert [place_of(letter) for letter in "ABCD"] == [1, 2, 3, 4]
    for wrong in ("", "E", "a", "AB", "\0"):
        with pytest.raises(ValueError, match="no band"):
            place_of(wrong)
