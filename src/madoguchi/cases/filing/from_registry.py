"""Filling in a corporation from its number (法人番号からの入力), with source and day."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.corporation_places import Place, corporations, place_at, put
from madoguchi.cases.filing.entering import value_at
from madoguchi.cases.filing.prefilling import BEFORE
from madoguchi.cases.models import Draft
from madoguchi.cases.published import REGISTRY, SOURCE, parts_of, says_the_same
from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Field, Package, Page
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, DELETED
from madoguchi.registry.corporations.queries import current, currents
from madoguchi.registry.corporations.record import Record

_UNKNOWN: Text = {
    "ja": "この法人番号の法人は登録されていません。番号を確かめるか、名称などを直接入力してください。",
    "en": "No corporation with this number is known. Check it, or type the name and the rest yourself.",
}
_WITHDRAWN: Text = {
    "ja": "この法人番号は取り消されています。番号を確かめてください。",
    "en": "This corporate number was withdrawn. Please check it.",
}


@dataclass(frozen=True)
class Filled:
    """What was filled in, where each part came from, and what to tell; nothing where it failed."""

    value: Mapping[str, Any]
    provenance: Mapping[str, Mapping[str, Any]]
    title: Text
    body: Text | None
    tone: str


async def fill_answer(
    session: AsyncSession,
    draft: Draft,
    package: Package,
    page: Page,
    entered: Mapping[str, Any],
    pointer: str,
    may_edit: Callable[[str], bool],
) -> tuple[dict[str, Any], Filled | None]:
    """The answers with a corporation of the page filled in, and what to tell.

    What is no corporation of this page, or may not be changed now, stays as it is: None.
    """
    place = place_at(package, page, entered, pointer)
    if place is None or not may_edit(pointer):
        return dict(entered), None
    filled = await fill_corporation(session, place, earlier=_filled_in(draft, place))
    _note(draft, filled)
    return put(entered, pointer, filled.value) if filled.value else dict(entered), filled


async def fill_while_typing(
    session: AsyncSession,
    draft: Draft,
    package: Package,
    page: Page,
    entered: Mapping[str, Any],
    may_edit: Callable[[str], bool],
) -> tuple[dict[str, Any], Filled | None]:
    """The answers with the corporations filled in whose number has just become another valid one.

    What the person typed stays: empty parts are filled, and those that still are as an earlier
    number or the account filled them. A number that is not complete yet is no fault.
    """
    result, told = dict(entered), None
    for place in corporations(package, page, entered):
        pointer, _, typed = place
        number = typed.get("number")
        before = value_at(draft.entered, f"{pointer}/number")
        if number == before or not may_edit(pointer) or not _is_number(number):
            continue
        kept = [part for part in typed if not _as_filled(draft, f"{pointer}/{part}", typed[part])]
        told = await fill_corporation(session, place, kept, _filled_in(draft, place))
        _note(draft, told)
        result = put(result, pointer, told.value)
    return result, told


def take_back(
    draft: Draft, package: Package, page: Page, entered: Mapping[str, Any], pointer: str
) -> dict[str, Any]:
    """The answers as before a corporation was filled in; what was changed since stays."""
    place = place_at(package, page, entered, pointer)
    origin = draft.provenance.get(pointer, {})
    if place is None or BEFORE not in origin:
        return dict(entered)
    stood = {
        part: text
        for part, text in origin[BEFORE].items()
        if _as_filled(draft, f"{pointer}/{part}", place.entered.get(part))
    }
    restored = {part: text for part, text in {**place.entered, **stood}.items() if text}
    draft.provenance = {
        at: origin
        for at, origin in draft.provenance.items()
        if at != pointer and not at.startswith(f"{pointer}/")
    }
    return put(entered, pointer, restored)


async def changed_since(
    session: AsyncSession, draft: Draft, package: Package, page: Page
) -> dict[str, Text]:
    """By place, what the registry says otherwise since a corporation was filled in from it."""
    filled = list(_still_filled(draft, package, page))
    records = await currents(session, [str(place.entered["number"]) for place in filled])
    news: dict[str, Text] = {}
    for place in filled:
        record = records.get(str(place.entered["number"]))
        as_of = str(draft.provenance[place.pointer].get("as_of"))
        if record is None or record.updated_on.isoformat() <= as_of:
            continue
        told = _told_since(draft, place, record)
        if told is not None:
            news[place.pointer] = told
    return news


def _still_filled(draft: Draft, package: Package, page: Page) -> Iterator[Place]:
    """The corporations of a page that came from the registry, their number unchanged since."""
    for place in corporations(package, page, draft.entered):
        origin = draft.provenance.get(place.pointer, {})
        value, number = origin.get("value"), place.entered.get("number")
        if origin.get("source") != REGISTRY or not isinstance(value, Mapping):
            continue
        if value.get("number") == number and _is_number(number):
            yield place


def _told_since(draft: Draft, place: Place, record: Record) -> Text | None:
    if record.process == DELETED:
        return _WITHDRAWN
    origins = {
        part: draft.provenance.get(f"{place.pointer}/{part}", {}) for part in place.field.parts
    }
    filled = {
        part: origin["value"]
        for part, origin in origins.items()
        if origin.get("source") == REGISTRY and origin.get("value")
    }
    told = parts_of(record)
    other = [
        part
        for part, text in filled.items()
        if told.get(part) and not says_the_same(text, part, record)
    ]
    if not other and not record.closed_on:
        return None
    title, body, _ = _told(record, place.field, filled, other)
    return body or title


def _note(draft: Draft, filled: Filled) -> None:
    """Keep where the parts came from in the draft."""
    origins = {at: dict(origin) for at, origin in filled.provenance.items()}
    draft.provenance = {**draft.provenance, **origins}


def _is_number(typed: object) -> bool:
    try:
        parse_corporate_number(str(typed or ""))
    except JapaneseInputError:
        return False
    return True


def _filled_in(draft: Draft, place: Place) -> dict[str, Any]:
    """What was filled in for the person at a place, by part."""
    at = {part: draft.provenance.get(f"{place.pointer}/{part}", {}) for part in place.field.parts}
    return {part: origin["value"] for part, origin in at.items() if origin.get("value")}


def _as_filled(draft: Draft, pointer: str, text: object) -> bool:
    """Whether nothing stands at a place, or still what was filled in there for the person."""
    return not text or draft.provenance.get(pointer, {}).get("value") == text


async def fill_corporation(
    session: AsyncSession,
    place: Place,
    kept: Collection[str] = (),
    earlier: Mapping[str, Any] | None = None,
) -> Filled:
    """Name, reading and address of the number that was typed; all but the `kept` parts is replaced.

    `earlier` is what was filled in before, by part. Of another number, what the record does not
    tell is emptied: who represents one corporation is not left standing beside another's name.

    A wrong check digit, an unknown and a withdrawn number leave everything as it was, and it is
    said. That a register is closed is said too: whoever files may know of it.
    """
    pointer, field, typed = place
    try:
        number = parse_corporate_number(str(typed.get("number") or ""))
    except JapaneseInputError as error:
        return _failed(typed, dict(error.message))
    record = await current(session, number)
    if record is None:
        return _failed(typed, _UNKNOWN)
    if record.process == DELETED:
        return _failed(typed, _WITHDRAWN)
    found = {name: text for name, text in parts_of(record).items() if name in field.parts and text}
    found = {name: text for name, text in found.items() if name == "number" or name not in kept}
    changed = [name for name, text in found.items() if typed.get(name) and typed.get(name) != text]
    gone = _gone(typed, earlier or {}, found, number)
    before = {name: typed.get(name) or "" for name in (*found, *gone) if name != "number"}
    origin: dict[str, Any] = {
        "source": REGISTRY,
        "label": dict(SOURCE),
        "as_of": record.updated_on.isoformat(),
    }
    value = {name: text for name, text in {**typed, **found}.items() if name not in gone}
    provenance = {pointer: {**origin, "value": value, BEFORE: before}} | {
        f"{pointer}/{name}": {**origin, "value": text} for name, text in found.items()
    }
    provenance |= {f"{pointer}/{name}": {**origin, "label": None, "value": ""} for name in gone}
    return Filled(value, provenance, *_told(record, field, typed, changed))


def _gone(
    typed: Mapping[str, Any], earlier: Mapping[str, Any], found: Mapping[str, str], number: str
) -> list[str]:
    """The parts that still stand as they were filled in for another number."""
    if earlier.get("number") in (None, number):
        return []
    same = [part for part, text in earlier.items() if typed.get(part) == text]
    return [part for part in same if part not in found and part != "number"]


def _told(
    record: Record, field: Field, typed: Mapping[str, Any], changed: list[str]
) -> tuple[Text, Text | None, str]:
    replaced = [name for name in changed if name != "number"]
    lines = {
        language: "\n".join(
            f"{dict(field.parts[name].label)[language]}: {typed[name]} → {parts_of(record)[name]}"
            for name in replaced
        )
        for language in ("ja", "en")
    }
    if record.closed_on:
        cause = CLOSE_CAUSES.get(record.close_cause, {"ja": "", "en": ""})
        title: Text = {
            "ja": f"この法人の登記記録は{_day(record.closed_on)}に閉鎖されています {cause['ja']}".rstrip(),
            "en": f"The register of this corporation was closed on {record.closed_on.isoformat()}. {cause['en']}".rstrip(),
        }
        return title, lines if replaced else None, "warning"
    told: Text = {
        "ja": f"法人番号から入力しました（国税庁法人番号公表サイト、{_day(record.updated_on)}更新）",
        "en": f"Filled in from the number (National Tax Agency, updated {record.updated_on.isoformat()})",
    }
    return told, lines if replaced else None, "success"


def _failed(typed: Mapping[str, Any], why: Text) -> Filled:
    title: Text = {
        "ja": "法人番号から入力できませんでした",
        "en": "Nothing could be filled in from the number",
    }
    return Filled(typed, {}, title, why, "warning")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
