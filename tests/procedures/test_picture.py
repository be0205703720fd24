"""The drawn workflow: every state and every action once, safe, in both languages."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from madoguchi.procedures.workflow.picture import arrows, svg
from tests.procedures.packages import package
from tests.procedures.test_patterns import KINDS, PLAN

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(("pattern", "kind"), KINDS.items())
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_pattern_is_drawn_whole(pattern: str, kind: str, language: str) -> None:
    body = PLAN + ("who: official\n" if kind == "internal" else "")
    machine = package(body, kind=kind, pattern=pattern).machine
    here = next(state.name for state in machine.states.values() if state.final)
    root = ET.fromstring(svg(machine, language, here=here))
    words = [text.text for text in root.iter(f"{SVG}text")]
    for state in machine.states.values():
        assert state.label[language] in words
    numbers = {int(n) for word in words if word and word[0].isdigit() for n in word.split(",")}
    moving = {a.number for a in arrows(machine) if a.target is not None}
    assert numbers == moving
    assert {a.name for a in arrows(machine)} == set(machine.actions)
    assert root.attrib["role"] == "img"
    assert not [
        e for e in root.iter() if e.tag.endswith(("script", "style")) or "style" in e.attrib
    ]
    assert sum(rect.attrib.get("stroke-width") == "4" for rect in root.iter(f"{SVG}rect")) == 1


def test_boxes_do_not_overlap_and_arrows_keep_within() -> None:
    machine = package(PLAN, kind="notification", pattern="waiting-notice").machine
    root = ET.fromstring(svg(machine, "ja"))
    width = float(root.attrib["width"])
    boxes = [r for r in root.iter(f"{SVG}rect") if r.attrib["rx"] != "9"]
    spans = sorted(
        (float(b.attrib["y"]), float(b.attrib["y"]) + float(b.attrib["height"])) for b in boxes
    )
    assert all(above[1] < below[0] for above, below in pairwise(spans))
    for rect in root.iter(f"{SVG}rect"):
        x = float(rect.attrib["x"])
        assert 0 <= x < x + float(rect.attrib["width"]) <= width


def test_texts_of_packages_stay_texts() -> None:
    own = PLAN + (
        "workflow:\n  pattern: notice\n  states:\n"
        "    filed: {label: {ja: '<script>alert(1)</script>&', en: '\"><svg onload=x>'}, clock: stop}\n"
    )
    machine = package(own, kind="notification").machine
    for language in ("ja", "en"):
        root = ET.fromstring(svg(machine, language))
        assert not list(root.iter(f"{SVG}script"))
        assert len(list(root.iter(f"{SVG}svg"))) == 1
