"""What changed between two versions, how grave it is, and where the answers go."""

import pytest

from madoguchi.procedures.versions.carry import carry
from madoguchi.procedures.versions.diff import compare, gravest
from madoguchi.procedures.versions.telling import told
from tests.procedures.packages import package

DATA = """\
data:
  name: {type: text, label: {ja: 名称, en: Name}, required: true}
  size: {type: integer, label: {ja: 大きさ, en: Size}, min: 1, max: 10}
  gas: {type: choice, label: {ja: ガス, en: Gas}, options: {he: {ja: ヘリウム, en: He}, n2: {ja: 窒素, en: N2}}}
  label: {type: text, label: {ja: 表示, en: Label}}
  items:
    type: table
    label: {ja: 設備, en: Items}
    item: {ja: 設備, en: item}
    columns: {help: {type: text, label: {ja: 説明, en: Help}}, n: {type: integer, label: {ja: 数, en: n}}}
checks:
  - {id: big, on: size, must: size < 9, message: {ja: 大きすぎます, en: Too big}}
"""


@pytest.mark.parametrize(
    ("old", "new", "path", "risk"),
    [
        ("ja: 名称, en: Name", "ja: 名前, en: Name", "data/name/label", "safe"),
        ("max: 10", "max: 20", "data/size/max", "safe"),
        ("max: 10", "max: 5", "data/size/max", "review"),
        (", max: 10", "", "data/size/max", "safe"),
        ("min: 1", "min: today.year", "data/size/min", "review"),
        (", required: true", "", "data/name/required", "safe"),
        ("en: Size}", "en: Size}, required: true", "data/size/required", "review"),
        ("type: integer, label: {ja: 大きさ", "type: decimal, label: {ja: 大きさ", "data/size/type", "safe"),
        ("type: text, label: {ja: 表示", "type: date, label: {ja: 表示", "data/label/type", "breaking"),
        (", n2: {ja: 窒素, en: N2}", "", "data/gas/options/n2", "breaking"),
        ("n2: {ja: 窒素, en: N2}", "n2: {ja: 窒素, en: N2}, ar: {ja: アルゴン, en: Ar}", "data/gas/options/ar", "safe"),
        ("  label: {type: text, label: {ja: 表示, en: Label}}\n", "", "data/label", "breaking"),
        ("help: {type: text, label: {ja: 説明, en: Help}}, ", "", "data/items/columns/help", "breaking"),
        ("size < 9", "size < 8", "checks/big/must", "review"),
        ("message: {ja: 大きすぎます", "message: {ja: 大きい", "checks/big/message", "safe"),
        (
            "checks:\n",
            "checks:\n  - {id: two, on: size, must: size > 2, severity: warning, message: {ja: あ, en: a}}\n",
            "checks/two",
            "safe",
        ),
        ("data:\n", "data:\n  extra: {type: text, label: {ja: 追加, en: Extra}}\n", "data/extra", "safe"),
        (
            "data:\n",
            "data:\n  extra: {type: text, label: {ja: 追加, en: Extra}, required: true}\n",
            "data/extra",
            "review",
        ),
    ],
)  # fmt: skip
def test_each_change_has_its_place_and_gravity(old: str, new: str, path: str, risk: str) -> None:
    assert old in DATA
    found = compare(package(DATA), package(DATA.replace(old, new, 1)))
    assert [(d.path, d.risk) for d in found] == [(path, risk)]
    assert told(found)[0]["what"]["ja"]


def test_a_text_in_any_language_changes_as_one() -> None:
    old = (
        "languages: [en, cy]\ndata:\n  a: {type: choice, label: {en: Name, cy: Enw},"
        " options: {en: {en: English, cy: Saesneg}, cy: {en: Welsh, cy: Cymraeg}}}\n"
    )
    for before, after, path in (
        ("cy: Enw", "cy: Yr enw", "data/a/label"),
        ("cy: Saesneg", "cy: Saesoneg", "data/a/options/en"),
    ):
        found = compare(package(old), package(old.replace(before, after)))
        assert [d.path.removesuffix("/label") for d in found] == [path.removesuffix("/label")]
        assert {d.risk for d in found} == {"safe"}
    (gone,) = compare(package(old), package(old.replace(", cy: {en: Welsh, cy: Cymraeg}", "")))
    assert (gone.path, gone.kind, gone.risk) == ("data/a/options/cy", "removed", "breaking")


def test_the_same_package_has_no_differences() -> None:
    assert compare(package(DATA), package(DATA)) == []
    assert gravest([]) == "safe"


def test_a_renamed_question_is_the_same_question() -> None:
    new = DATA.replace("  size: {", "  volume: {").replace(
        "on: size, must: size", "on: volume, must: volume"
    )
    old, after = package(DATA), package(new + "renamed: {volume: size}\n")
    found = compare(old, after)
    assert ("data/volume", "renamed") in [(d.path, d.kind) for d in found]
    assert "breaking" not in {d.risk for d in found if d.path.startswith("data")}
    assert carry(old, after, {"size": "3"}, {}).entered == {"volume": "3"}


def test_a_new_name_for_a_question_that_does_not_exist_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="unknown-field"):
        package(DATA + "renamed: {volume: size}\n")


def test_nothing_typed_is_dropped() -> None:
    new = (
        DATA.replace("  label: {type: text, label: {ja: 表示, en: Label}}\n", "")
        .replace("help: {type: text, label: {ja: 説明, en: Help}}, ", "")
        .replace("type: choice", "type: multichoice")
    )
    entered = {
        "name": "窓",
        "gas": "n2",
        "label": "赤",
        "items": [{"row": "r1", "help": "説明文", "n": "2"}],
    }
    carried = carry(package(DATA), package(new), entered, {"plan": [{"name": "計画.pdf"}]})
    assert carried.entered == {
        "name": "窓",
        "gas": ["n2"],
        "items": [{"row": "r1", "n": "2"}],
    }
    assert carried.attached == {}
    left = [(item.label["ja"], item.value) for item in carried.unplaced]
    assert left == [("表示", "赤"), ("設備", "説明文"), ("plan", "計画.pdf")]


def test_states_and_actions_are_compared_as_they_run() -> None:
    found = compare(
        package(DATA, pattern="permission"),
        package(DATA, pattern="registration"),
    )
    paths = {(d.path, d.kind, d.risk) for d in found}
    assert ("states/granted", "removed", "breaking") in paths
    assert ("states/registered", "added", "safe") in paths
