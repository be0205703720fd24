"""The fields of the index, and what a corporation puts into them."""

import re
from functools import cache

from tantivy import Document, Schema, SchemaBuilder

from madoguchi.registry.corporations.names import NameKey, fold_name, folded_forms, name_key
from madoguchi.registry.search.addresses import fold_address
from madoguchi.registry.search.entries import Entry
from madoguchi.registry.search.grams import START, clean, marked, spaced, whole_of

FORMAT = 2  # raised whenever fields or folding change: an index of another format is built anew
OPEN, CLOSED = "open", "closed"
_NUMBERS = 10**13
_MAY_ABBREVIATE = re.compile("[(（\u3200-\u33ffNＮ]")

_PAIRS = ("name", "former", "kana", "english", "address")
_WHOLE = (
    "number",
    "whole",
    "core",
    "form",
    "inside",
    "former_key",
    "kana_key",
    "english_key",
    "prefecture",
)
FACETS = ("kind", "city", "status", "activity")


@cache
def schema() -> Schema:
    """Pairs with positions, whole keys, and what is counted. Nothing is stored: `place` says all."""
    builder = SchemaBuilder().add_unsigned_field("place", fast=True)
    for name in _PAIRS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("character", tokenizer_name="whitespace", index_option="basic")
    for name in _WHOLE:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def place_of(number: str, closed: bool) -> int:
    """The order of answers in one value: open before closed, then by number."""
    return closed * _NUMBERS + int(number)


def at_place(place: int) -> tuple[str, bool]:
    """Number, and whether closed."""
    return f"{place % _NUMBERS:013}", place >= _NUMBERS


def document(entry: Entry) -> Document:
    """What the index takes in of a corporation."""
    key = name_key(clean(entry.name))
    texts = _with_literal(key, clean(entry.name))
    whole = whole_of(key)
    former = [name_key(clean(name)) for name in entry.former]
    made = Document()
    made.add_unsigned("place", place_of(entry.number, entry.closed))
    made.add_text("number", entry.number)
    made.add_text("name", spaced(*texts))
    made.add_text("character", " ".join(sorted(set("".join(texts)) - {START})))
    made.add_text("whole", whole)
    made.add_text("core", key.core)
    if key.form:
        made.add_text("form", key.form)
    for form in folded_forms():
        if form in whole:
            made.add_text("inside", form)
    for field, written in (("kana", entry.kana), ("english", entry.english)):
        if written and (text := fold_name(clean(written))):
            made.add_text(field, spaced(START + text))
            made.add_text(f"{field}_key", text)
    if former:
        made.add_text("former", spaced(*map(marked, former)))
        for text in {text for past in former for text in (whole_of(past), past.core)}:
            made.add_text("former_key", text)
    if address := fold_address(clean(entry.address)):
        made.add_text("address", spaced(address))
    made.add_text("kind", entry.kind)
    made.add_text("prefecture", entry.prefecture)
    if entry.city:
        made.add_text("city", entry.city)
    made.add_text("status", CLOSED if entry.closed else OPEN)
    for kind in entry.activities:
        made.add_text("activity", kind)
    return made


def _with_literal(key: NameKey, name: str) -> tuple[str, ...]:
    """The marked name; a form the name itself abbreviates, （株）, stays findable as written."""
    if not _MAY_ABBREVIATE.search(name):
        return (marked(key),)
    literal = fold_name(name)
    return (marked(key),) if literal == whole_of(key) else (marked(key), literal)
