"""What templates say: dates, money, ruby, escaping; every component in both languages."""

import re
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from madoguchi.web import charts
from madoguchi.web.filters import FILTERS
from madoguchi.web.rendering import Rendering, rendering
from madoguchi.web.templates import OWN_TEMPLATES, attributes, choices, field_id
from tests.web.app import client, make_app

APP = make_app()


def show(name: str, value: object, language: str = "ja") -> str:
    token = rendering.set(Rendering(None, language))
    try:
        return str(FILTERS[name](value))
    finally:
        rendering.reset(token)


@pytest.mark.parametrize(
    ("name", "value", "ja", "en"),
    [
        ("date", date(2026, 4, 1), "2026年4月1日", "1 April 2026"),
        ("date", "2026-04-01", "2026年4月1日", "1 April 2026"),
        ("date", "2026-02-30", "2026-02-30", "2026-02-30"),
        ("date", None, "", ""),
        ("date", datetime(2026, 3, 31, 15, 0, tzinfo=UTC), "2026年4月1日", "1 April 2026"),
        ("datetime", datetime(2026, 3, 31, 15, 5, tzinfo=UTC), "2026年4月1日 0時05分", "1 April 2026, 00:05 (JST)"),
        ("wareki", date(2026, 4, 1), "令和8年4月1日", "1 April 2026"),
        ("wareki", date(2019, 5, 1), "令和元年5月1日", "1 May 2019"),
        ("wareki", date(2019, 4, 30), "平成31年4月30日", "30 April 2019"),
        ("wareki", date(1989, 1, 7), "昭和64年1月7日", "7 January 1989"),
        ("wareki", date(1912, 7, 29), "明治45年7月29日", "29 July 1912"),
        ("wareki", date(1872, 12, 31), "1872年12月31日", "31 December 1872"),
        ("money", 1234567, "1,234,567円", "¥1,234,567"),
        ("money", -5, "-5円", "−¥5"),
        ("money", "", "", ""),
        ("number", Decimal("1234.50"), "1,234.50", "1,234.50"),
        ("number", Decimal("1E+3"), "1,000", "1,000"),
        ("number", True, "True", "True"),
        ("filesize", 0, "0 B", "0 B"),
        ("filesize", 1536, "1.5 KB", "1.5 KB"),
        ("text", {"ja": "窓口", "en": "Counter"}, "窓口", "Counter"),
        ("text", {"ja": "窓口"}, "窓口", "窓口"),
        ("plain", "{窓口|まどぐち}へ", "窓口へ", "窓口へ"),
        ("paragraphs", "a\nb\n\n<c>", "<p>a<br>b</p><p>&lt;c&gt;</p>", "<p>a<br>b</p><p>&lt;c&gt;</p>"),
    ],
)  # fmt: skip
def test_filters(name, value, ja, en):
    assert (show(name, value), show(name, value, "en")) == (ja, en)


def test_furigana():
    assert show("furigana", "{窓口|まどぐち}<b>") == (
        "<ruby>窓口<rp>（</rp><rt>まどぐち</rt><rp>）</rp></ruby>&lt;b&gt;"
    )
    assert show("furigana", Markup("<b>x</b>")) == "<b>x</b>"


@given(st.text())
def test_furigana_never_lets_markup_through(text):
    shown = re.sub(r"</?(ruby|rt|rp)>", "", show("furigana", text))
    assert "<" not in shown
    assert '"' not in shown


@given(
    st.one_of(
        st.text(),
        st.integers(),
        st.decimals(),
        st.booleans(),
        st.none(),
        st.dates(),
        st.datetimes(),
    )
)
def test_no_filter_fails_on_anything(value):
    for name in ("text", "plain", "furigana", "date", "wareki", "datetime", "time_tag", "number", "money", "filesize", "paragraphs"):  # fmt: skip
        show(name, value)
        show(name, value, "en")


def test_attributes_are_escaped_and_false_ones_left_out():
    assert attributes({"a": '"<', "b": None, "c": False, "d": True, "aria-x": ""}, {"a": "2"}) == (
        ' a="2" d'
    )
    assert attributes({"a": '"<'}) == ' a="&#34;&lt;"'


def test_field_ids():
    assert field_id("/site/address/city") == "f-site-address-city"
    assert field_id("a b\"'") == "f-a-b--"


def test_choices_in_every_shape():
    expected = [{"value": "a", "label": "A", "help": None}]
    assert (
        choices({"a": "A"}) == choices([("a", "A")]) == choices({"a": {"label": "A"}}) == expected
    )
    assert choices(["a"]) == [{"value": "a", "label": "a", "help": None}]
    assert choices({"a": {"label": "A", "help": "H"}})[0]["help"] == "H"
    assert choices(None) == []


@given(st.lists(st.decimals(0, 10**12, allow_nan=False, places=2), min_size=1, max_size=20))
def test_axes_hold_every_value(values):
    axis = charts.scale(max(values))
    assert axis["low"] == 0
    assert axis["high"] >= float(max(values)) * 0.999999
    assert 2 <= len(axis["ticks"]) <= 8
    box = charts.columns(["x"] * len(values), [{"label": "l", "values": values}])
    for slot in box["slots"]:
        for part in slot["rectangles"]:
            assert part["height"] >= 0
            assert part["y"] >= charts.TOP - 1
    assert all(0 <= bar["percent"] <= 100 for bar in charts.bars([{"value": v} for v in values]))


def test_charts_of_nothing():
    assert charts.bars([]) == []
    assert charts.columns([], [])["slots"] == []
    broken = charts.lines(["a", "b", "c"], [{"label": "l", "values": [1, None, 3]}])
    assert broken["lines"][0]["path"].count("M") == 2


class Page(HTMLParser):
    """Collects ids, references to ids and what the policy refuses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        self.references += (found.get("aria-describedby") or "").split()
        self.references += [found["for"]] if "for" in found else []
        if tag == "style" or "style" in found or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        self.inline += [name for name in found if name.startswith("on")]


@pytest.mark.parametrize(
    "address",
    ["/dev/components", "/dev/components?failed=true", "/dev/components?lang=en", "/nothing"],
)
async def test_pages_are_whole(address):
    async with client(APP) as http:
        text = (await http.get(address)).text
    page = Page(text)
    assert len(page.ids) == len(set(page.ids)), sorted(i for i in page.ids if page.ids.count(i) > 1)
    assert set(page.references) <= set(page.ids)
    assert page.inline == []
    assert text.count("<h1") == 1
    assert "web." not in re.sub(r"<[^>]+>", "", text), "a text key is shown as it is"


async def test_a_failed_form_keeps_answers_and_says_so():
    async with client(APP) as http:
        text = (await http.post("/dev/components", data={})).text
    assert "<title>エラー: " in text
    assert 'href="#f-name"' in text
    assert 'aria-invalid="true"' in text
    assert 'aria-describedby="f-name-error f-name-support"' in text


def test_every_text_used_exists_and_every_text_is_used():
    known = set()

    def walk(table, prefix):
        for key, value in table.items():
            if "ja" in value and isinstance(value["ja"], str):
                known.add(prefix + key)
            else:
                walk(value, f"{prefix}{key}.")

    walk(tomllib.loads((OWN_TEMPLATES.parent / "texts.toml").read_text()), "")
    source = "".join(p.read_text() for p in OWN_TEMPLATES.rglob("*.html"))
    source += "".join(p.read_text() for p in Path(OWN_TEMPLATES.parent).rglob("*.py"))
    used = set(re.findall(r'"(web\.[a-z_.0-9]+[a-z0-9])"', source))
    prefixes = set(re.findall(r'"(web\.[a-z_.]+[._])(?:"|\{)', source))
    assert used <= known, used - known
    unused = {key for key in known - used if not key.startswith(tuple(prefixes))}
    assert unused == set()
