"""Filling in a corporation from its number (法人番号からの入力), with source and day."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Draft
from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Field, Package, Page
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, DELETED
from madoguchi.registry.corporations.queries import current
from madoguchi.registry.corporations.record import Record

SOURCE: Text = {
    "ja": "国税庁法人番号公表サイト",
    "en": "National Tax Agency, Corporate Number Publication Site",
}
REGISTRY = "registry"
BEFORE = "before"
"""In a draft's provenance: what stood in the parts that were filled in, for taking it back."""
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
    name = pointer.removeprefix("/")
    field = package.fields.get(name)
    if name not in page.fields or field is None or field.type != "corporation":
        return dict(entered), None
    if not may_edit(pointer):
        return dict(entered), None
    typed = entered.get(name)
    filled = await fill_corporation(session, field, typed if isinstance(typed, Mapping) else {})
    origins = {place: dict(origin) for place, origin in filled.provenance.items()}
    draft.provenance = {**draft.provenance, **origins}
    return ({**entered, name: dict(filled.value)} if filled.value else dict(entered)), filled


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
    for name in page.fields:
        field, typed = package.fields[name], entered.get(name)
        if field.type != "corporation" or not isinstance(typed, Mapping):
            continue
        before = draft.entered.get(name)
        number = typed.get("number")
        if number == (before.get("number") if isinstance(before, Mapping) else None):
            continue
        if not may_edit(f"/{name}") or not _is_number(number):
            continue
        kept = [part for part in typed if not _as_filled(draft, f"/{name}/{part}", typed[part])]
        told = await fill_corporation(session, field, typed, kept)
        draft.provenance = {
            **draft.provenance,
            **{place: dict(origin) for place, origin in told.provenance.items()},
        }
        result[name] = dict(told.value)
    return result, told


def take_back(draft: Draft, entered: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """The answers as before a corporation was filled in; what was changed since stays."""
    name, value = pointer.removeprefix("/"), entered.get(pointer.removeprefix("/"))
    origin = draft.provenance.get(pointer, {})
    if BEFORE not in origin or not isinstance(value, Mapping):
        return dict(entered)
    stood = {
        part: text
        for part, text in origin[BEFORE].items()
        if _as_filled(draft, f"{pointer}/{part}", value.get(part))
    }
    restored = {part: text for part, text in {**value, **stood}.items() if text}
    draft.provenance = {
        place: origin
        for place, origin in draft.provenance.items()
        if place != pointer and not place.startswith(f"{pointer}/")
    }
    return {**entered, name: restored}


async def changed_since(
    session: AsyncSession, draft: Draft, package: Package, page: Page
) -> dict[str, Text]:
    """By place, what the registry says otherwise since a corporation was filled in from it."""
    news: dict[str, Text] = {}
    for name in page.fields:
        field, origin = package.fields[name], draft.provenance.get(f"/{name}", {})
        value, now = origin.get("value"), draft.entered.get(name)
        if field.type != "corporation" or origin.get("source") != REGISTRY:
            continue
        if not isinstance(value, Mapping) or not isinstance(now, Mapping):
            continue
        if value.get("number") != now.get("number") or not _is_number(now.get("number")):
            continue
        record = await current(session, str(now["number"]))
        if record is None or record.updated_on.isoformat() <= str(origin.get("as_of")):
            continue
        if record.process == DELETED:
            news[f"/{name}"] = _WITHDRAWN
            continue
        filled = {
            part: draft.provenance[f"/{name}/{part}"].get("value")
            for part in field.parts
            if draft.provenance.get(f"/{name}/{part}", {}).get("source") == REGISTRY
        }
        other = [part for part, text in filled.items() if _parts(record).get(part) != text]
        if other or record.closed_on:
            title, body, _ = _told(record, field, filled, other)
            news[f"/{name}"] = body or title
    return news


def _is_number(typed: object) -> bool:
    try:
        parse_corporate_number(str(typed or ""))
    except JapaneseInputError:
        return False
    return True


def _as_filled(draft: Draft, pointer: str, text: object) -> bool:
    """Whether nothing stands at a place, or still what was filled in there for the person."""
    return not text or draft.provenance.get(pointer, {}).get("value") == text


async def fill_corporation(
    session: AsyncSession, field: Field, typed: Mapping[str, Any], kept: Collection[str] = ()
) -> Filled:
    """Name, reading and address of the number that was typed; all but the `kept` parts is replaced.

    A wrong check digit, an unknown and a withdrawn number leave everything as it was, and it is
    said. That a register is closed is said too: whoever files may know of it.
    """
    try:
        number = parse_corporate_number(str(typed.get("number") or ""))
    except JapaneseInputError as error:
        return _failed(typed, dict(error.message))
    record = await current(session, number)
    if record is None:
        return _failed(typed, _UNKNOWN)
    if record.process == DELETED:
        return _failed(typed, _WITHDRAWN)
    found = {name: text for name, text in _parts(record).items() if name in field.parts and text}
    found = {name: text for name, text in found.items() if name == "number" or name not in kept}
    changed = [name for name, text in found.items() if typed.get(name) and typed.get(name) != text]
    before = {name: typed.get(name) or "" for name in found if name != "number"}
    origin = {
        "source": REGISTRY,
        "label": dict(SOURCE),
        "as_of": record.updated_on.isoformat(),
    }
    value = {**typed, **found}
    provenance = {f"/{field.name}": {**origin, "value": value, BEFORE: before}} | {
        f"/{field.name}/{name}": {**origin, "value": text} for name, text in found.items()
    }
    return Filled(value, provenance, *_told(record, field, typed, changed))


def _parts(record: Record) -> dict[str, str]:
    address = record.abroad or f"{record.prefecture}{record.city}{record.street}"
    return {
        "number": record.number,
        "name": record.name,
        "kana": record.kana,
        "address": address,
    }


def _told(
    record: Record, field: Field, typed: Mapping[str, Any], changed: list[str]
) -> tuple[Text, Text | None, str]:
    replaced = [name for name in changed if name != "number"]
    lines = {
        language: "\n".join(
            f"{dict(field.parts[name].label)[language]}: {typed[name]} → {_parts(record)[name]}"
            for name in replaced
        )
        for language in ("ja", "en")
    }
    if record.closed_on:
        cause = CLOSE_CAUSES.get(record.close_cause, {"ja": "", "en": ""})
        title: Text = {
            "ja": f"この法人の登記記録は{record.closed_on.isoformat()}に閉鎖されています {cause['ja']}".rstrip(),
            "en": f"The register of this corporation was closed on {record.closed_on.isoformat()}. {cause['en']}".rstrip(),
        }
        return title, lines if replaced else None, "warning"
    told: Text = {
        "ja": f"法人番号から入力しました（国税庁法人番号公表サイト、{record.updated_on.isoformat()}更新）",
        "en": f"Filled in from the number (National Tax Agency, updated {record.updated_on.isoformat()})",
    }
    return told, lines if replaced else None, "success"


def _failed(typed: Mapping[str, Any], why: Text) -> Filled:
    title: Text = {
        "ja": "法人番号から入力できませんでした",
        "en": "Nothing could be filled in from the number",
    }
    return Filled(typed, {}, title, why, "warning")
