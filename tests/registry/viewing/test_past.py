"""The history as people read it."""

from datetime import date

from madoguchi.registry.corporations.queries import Past
from madoguchi.registry.viewing.past import events
from tests.registry.corporations.records import incoming


def test_a_change_of_name_is_told_from_what_to_what() -> None:
    first = incoming(1, name="旧株式会社", updated="2015-11-01", changed="2015-10-05").record
    second = incoming(
        1, name="新株式会社", process="11", updated="2019-04-05", changed="2019-04-01"
    ).record
    found = events([Past(second, None), Past(first, None)])
    assert [(event.day, event.title["ja"]) for event in found] == [
        (date(2019, 4, 1), "商号又は名称の変更"),
        (date(2015, 10, 5), "新規"),
    ]
    assert [(change.before, change.after) for change in found[0].changes] == [
        ("旧株式会社", "新株式会社")
    ]


def test_a_record_that_proved_wrong_is_not_told() -> None:
    wrong = incoming(1, name="誤株式会社", updated="2015-11-01").record
    right = incoming(1, name="正株式会社", updated="2015-11-05", sequence=2).record
    found = events([Past(right, None), Past(wrong, date(2015, 11, 5))])
    assert len(found) == 1
    assert found[0].changes[0].after == "正株式会社"
