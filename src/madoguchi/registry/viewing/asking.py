"""What the search page is asked: addresses to questions and back, whatever somebody sends."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from madoguchi.kernel.japanese.prefectures import PREFECTURES, PREFECTURES_IN_ENGLISH
from madoguchi.kernel.language import Text
from madoguchi.registry.activities.kinds import KINDS as ACTIVITIES
from madoguchi.registry.corporations.codes import KINDS
from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.grams import clean

SEARCH = "/corporations"
PAGE = 20
LONGEST_SHOWN = 1_000
MOST_CITIES = 50
PREFECTURE_CODES: Mapping[str, Text] = {
    f"{place:02}": {"ja": name, "en": english}
    for place, (name, english) in enumerate(
        zip(PREFECTURES, PREFECTURES_IN_ENGLISH, strict=True), 1
    )
}
STATUSES = ("open", "closed")


def read_asked(pairs: Iterable[tuple[str, str]]) -> Asked:
    """A question from the parameters of an address; codes nobody knows ask nothing.

    `q` is what was typed; kind, city and activity may be given several times. The text is kept as
    typed, too long a one also: `search` says so.
    """
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(clean(value))
    prefecture = next(
        (code for code in given.get("prefecture", ()) if code in PREFECTURE_CODES), ""
    )
    cities = _chosen(given.get("city", ()), lambda code: _is_city(code, prefecture))
    status = next((name for name in given.get("status", ()) if name in STATUSES), "")
    return Asked(
        text=given.get("q", [""])[0][:LONGEST_SHOWN],
        kinds=_chosen(given.get("kind", ()), KINDS.__contains__),
        prefecture=prefecture,
        cities=cities[:MOST_CITIES],
        status="open" if status == "open" else "closed" if status == "closed" else "",
        activities=_chosen(given.get("activity", ()), ACTIVITIES.__contains__),
        limit=PAGE,
        after=given.get("after", [""])[0][:LONGEST_SHOWN],
    )


def is_empty(asked: Asked) -> bool:
    """Whether nothing was asked: the page shows the ways in instead of five million names."""
    return not (asked.text.strip() or has_filters(asked))


def has_filters(asked: Asked) -> bool:
    """Whether anything but the text was asked."""
    return bool(asked.kinds or asked.prefecture or asked.cities or asked.status or asked.activities)


def address_of(asked: Asked, after: str = "") -> str:
    """The address of a question, of its page behind `after`."""
    pairs = [
        ("q", asked.text),
        ("prefecture", asked.prefecture),
        *(("city", code) for code in asked.cities),
        *(("kind", code) for code in asked.kinds),
        ("status", asked.status),
        *(("activity", code) for code in asked.activities),
        ("after", after),
    ]
    query = urlencode([(name, value) for name, value in pairs if value])
    return f"{SEARCH}?{query}" if query else SEARCH


def without(asked: Asked, name: str, code: str = "") -> Asked:
    """The question without one of its filters; without a prefecture its cities go too."""
    if name == "prefecture":
        return replace(asked, prefecture="", cities=())
    if name == "status":
        return replace(asked, status="")
    field = {"kind": "kinds", "city": "cities", "activity": "activities"}[name]
    kept = tuple(item for item in getattr(asked, field) if code and item != code)
    if field == "kinds":
        return replace(asked, kinds=kept)
    return replace(asked, cities=kept) if field == "cities" else replace(asked, activities=kept)


def unfiltered(asked: Asked) -> Asked:
    """What was typed, and nothing else."""
    return Asked(text=asked.text, limit=asked.limit)


def _chosen(codes: Iterable[str], known: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if callable(known) and known(code)))


def _is_city(code: str, prefecture: str) -> bool:
    return (
        len(code) == 5
        and code.isascii()
        and code.isdigit()
        and bool(prefecture)
        and code.startswith(prefecture)
    )
