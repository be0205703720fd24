"""What is known of a number, and who fits conditions; on both databases."""

from datetime import date

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry.activities.conditions import Conditions, Span, fitting
from madoguchi.registry.activities.queries import counts, details, of_number
from tests.registry.activities.made import AT, activity, corporations, detail, section
from tests.registry.corporations.records import number


async def test_activities_of_a_number_newest_first_without_the_withdrawn(
    database: Database,
) -> None:
    async with database.session() as session:
        session.add_all(
            [
                activity(1, day=date(2024, 1, 1), data={"title": "old", "amount": "1"}),
                activity(1, day=date(2025, 1, 1), data={"title": "new", "amount": "2"}),
                activity(1, day=None, data={"title": "undated"}),
                activity(1, withdrawn_at=AT),
                activity(1, "patent"),
                activity(2),
            ]
        )
        await session.commit()
    async with database.reading() as session:
        shown = section("subsidy", await of_number(session, number(1), ["subsidy"]))
        assert [item["title"] for item in shown] == ["new", "old", "undated"]
        assert shown[0] == {
            "title": "new",
            "amount": "2",
        }
        assert [row.kind for row in await of_number(session, number(1), ["patent"])] == ["patent"]
        assert await counts(session, [number(1), number(2), number(3)]) == {
            number(1): {"subsidy": 3, "patent": 1},
            number(2): {"subsidy": 1},
            number(3): {},
        }


async def test_of_two_sources_what_was_published_last_is_shown(database: Database) -> None:
    async with database.session() as session:
        session.add_all(
            [
                detail(1, "capital_stock", 5, source="csv:b", as_of=date(2025, 1, 1)),
                detail(1, "capital_stock", 9, source="csv:a", as_of=date(2026, 1, 1)),
                detail(1, "business_items", ["101", "306"]),
            ]
        )
        await session.commit()
    async with database.reading() as session:
        known = await details(session, number(1))
        assert (known["capital_stock"].value, known["capital_stock"].source) == (9, "csv:a")
        assert known["business_items"].value == ["101", "306"]
        assert await details(session, number(2)) == {}


@pytest.fixture
async def filled(database: Database) -> Database:
    """Nine corporations, each fitting other conditions; the last may not be found."""
    async with database.session() as session:
        await corporations(session, 9, hidden="1")
        session.add_all(
            [
                activity(1, title="省エネ設備の導入", amount=100, ministry="17"),
                activity(1, title="展示会への出展", amount=9_000, ministry="27"),
                activity(2, "patent", title="100%_の蓋", amount=None, ministry="24"),
                activity(3, "procurement", title="プリンタ一式 ABC", amount=1 << 62, ministry="17"),
                activity(4, withdrawn_at=AT),
                activity(
                    5, "finance", title="", target="窓口商事\nみずほ", amount=None, ministry=""
                ),
                activity(9, title="省エネ設備の導入"),
                activity(99, title="省エネ設備の導入"),
                detail(6, "capital_stock", 10_000_000, 10_000_000),
                detail(6, "founding_year", 1950, 1950),
                detail(7, "average_age", "46.5", 3),
                detail(8, "average_age", "28", 1),
            ]
        )
        await session.commit()
    return database


@pytest.mark.parametrize(
    ("conditions", "serials"),
    [
        (Conditions(exists=True), [1, 2, 3, 5]),
        (Conditions(exists=False), [4, 6, 7, 8]),
        (Conditions(kinds=("subsidy", "patent")), [1, 2]),
        (Conditions(ministries=("17",)), [1, 3]),
        (Conditions(ministries=("17",), kinds=("subsidy",)), [1]),
        (Conditions(ministries=("24",), kinds=("subsidy",)), []),
        (Conditions(titles={"subsidy": "省エネ"}), [1]),
        (Conditions(titles={"subsidy": "省エネ"}, amounts={"subsidy": Span(5_000)}), []),
        (Conditions(titles={"subsidy": "展示"}, amounts={"subsidy": Span(5_000)}), [1]),
        (Conditions(titles={"patent": "%_"}), [2]),
        (Conditions(titles={"patent": "%の"}), []),
        (Conditions(titles={"procurement": "ｐｒ"}), []),
        (Conditions(titles={"procurement": "ａＢｃ"}), [3]),
        (Conditions(amounts={"procurement": Span(1, 10**30)}), [3]),
        (Conditions(amounts={"procurement": Span(10**30)}), []),
        (Conditions(figures={"capital_stock": Span(10_000_000, 10_000_000)}), [6]),
        (Conditions(figures={"capital_stock": Span(None, 9)}), []),
        (Conditions(years=(1949, 1950)), [6]),
        (Conditions(bands={"average_age": ("C", "D")}), [7]),
        (Conditions(bands={"average_age": ("A", "C")}), [7, 8]),
        (Conditions(shareholder="みずほ"), [5]),
        (Conditions(), [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
async def test_conditions_find_those_who_fit(
    filled: Database, conditions: Conditions, serials: list[int]
) -> None:
    expected = sorted(number(serial) for serial in serials)
    everybody = [number(serial) for serial in range(1, 10)]
    async with filled.reading() as session:
        for among in (None, everybody):
            assert sorted(await session.scalars(fitting(conditions, among))) == expected
        assert not (await session.scalars(fitting(conditions, []))).all()


def test_a_band_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no band"):
        fitting(Conditions(bands={"average_age": ("E",)}))


def test_figures_no_double_holds_are_left_out_of_the_interface() -> None:
    data = {"base_infos": {"average_age": "1e999", "average_continuous_service_years": "12.5"}}
    shown = section("workplace", [activity(1, "workplace", data=data)])
    assert shown["base_infos"] == {"average_continuous_service_years": 12.5}
