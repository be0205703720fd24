"""What the registry publishes of an applicant (公表された法人の記録), beside what its account says.

An organisation with a corporate number is known to the state: its name and address are not asked
for again. The published record is public, so knowing a number gives no right to anything.
"""

import unicodedata
from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.language import Text
from madoguchi.registry.corporations.codes import DELETED, KINDS
from madoguchi.registry.corporations.names import fold_name
from madoguchi.registry.corporations.queries import current, currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.matching.evidence import place_level
from madoguchi.registry.service import REGISTRATION, Fact

SOURCE: Text = {
    "ja": "国税庁法人番号公表サイト",
    "en": "National Tax Agency, Corporate Number Publication Site",
}
REGISTRY = "registry"
CORPORATION = "corporation"
"""The fact that the registry holds a record of the applicant: `known("corporation")`."""
ACTIVE, CLOSED = "active", "closed"  # as the registry information link says it


async def published(session: AsyncSession, number: str | None) -> Record | None:
    """The record of a number; None without one, for an unknown and for a withdrawn number."""
    found = await current(session, number) if number else None
    return found if found is not None and found.process != DELETED else None


async def published_of_many(
    session: AsyncSession, numbers: Collection[str | None]
) -> dict[str, Record]:
    """The records of these numbers, as `published`, with one query."""
    found = await currents(session, sorted({number for number in numbers if number}))
    return {number: record for number, record in found.items() if record.process != DELETED}


def parts_of(record: Record) -> dict[str, str]:
    """A record as the parts of a `corporation` it tells; "" where it says nothing."""
    return {
        "number": record.number,
        "name": record.name,
        "kana": record.kana,
        "address": record.address,
    }


def account_with(account: Mapping[str, object], record: Record | None) -> dict[str, object]:
    """`account.organisation` of the rules: what is published goes before what the account says.

    What says the same in other signs stays as the account writes it. Without a record nothing is
    said of kind and status.
    """
    if record is None:
        return dict(account)
    new = {name: text for name, text in parts_of(record).items() if text}
    same = {name for name in new if says_the_same(account.get(name), name, record)}
    new = {name: text for name, text in new.items() if name not in same}
    return {**account, **new, "kind": KINDS[record.kind]["ja"], "status": _status(record)}


def facts_with(facts: Mapping[str, Fact], record: Record | None) -> dict[str, Fact]:
    """What is known of a party, its published record included: as `corporation`, and as
    `registration` unless the registry information link told more, or told of an end later.

    `facts` hold those that ended, too; they are left out. A closed register is no registration,
    whatever was answered before it was closed: its certificate must be looked at.
    """
    found = dict(facts)
    if record is not None:
        found[CORPORATION] = told = Fact(_value(record), SOURCE, record.updated_on)
        answered = facts.get(REGISTRATION)
        newer = answered is None or answered.as_of <= record.updated_on
        if newer and record.closed_on is not None:
            found.pop(REGISTRATION, None)
        elif answered is None or (newer and answered.value is None):
            found[REGISTRATION] = told
    return {name: fact for name, fact in found.items() if fact.value is not None}


def _value(record: Record) -> dict[str, object]:
    """A record as a fact, under the names an answer of the registry information link has."""
    return {
        "number": record.number,
        "name": record.name,
        "kana": record.kana,
        "english_name": record.english_name,
        "address": {
            "postal_code": record.postal_code,
            "prefecture": record.prefecture,
            "city": record.city,
            "street": record.abroad or record.street,
        },
        "kind": KINDS[record.kind]["ja"],
        "status": _status(record),
        "closed_on": record.closed_on.isoformat() if record.closed_on else None,
    }


def _status(record: Record) -> str:
    return CLOSED if record.closed_on else ACTIVE


def says_the_same(text: object, part: str, record: Record) -> bool:
    """Whether a text says of a corporation what its record does, however it is written.

    An address names the same lot (番地), with or without the building; a reading may hold the
    legal form as well, which published readings leave out.
    """
    if not isinstance(text, str):
        return False
    told = parts_of(record)[part]
    if part == "address" and place_level(text, record) == "lot":
        return True
    if part == "kana":
        return fold_name(told) in fold_name(text)
    return _plain(text) == _plain(told)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
