"""File names: what people and attackers write, and what is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.documents.inspect.names import MOST_BYTES, clean_name, ending_of


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        (r"C:\Users\山田\計画書.pdf", "計画書.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("///", "file"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\u200bb\ufeff.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\0.pdf", "a.pdf"),
        ('a<b>"c"|d?.pdf', "a_b__c__d_.pdf"),
        (" plan .pdf. ", "plan .pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("カ\u3099ス.pdf", "ガス.pdf"),
        ("神\ufa19.pdf", "神\ufa19.pdf"),
        ("\ue000外字.pdf", "\ue000外字.pdf"),
        ("全角　空白.pdf", "全角 空白.pdf"),
    ],
)
def test_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


def test_long_names_keep_their_ending() -> None:
    kept = clean_name("あ" * 300 + ".pdf")
    assert kept.endswith("あ.pdf")
    assert len(kept.encode()) <= MOST_BYTES


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_every_name_becomes_safe_and_stays_so(name: str) -> None:
    kept = clean_name(name)
    assert kept
    assert clean_name(kept) == kept
    assert len(kept.encode()) <= MOST_BYTES
    assert not set(kept) & set('/\\<>:"|?*\0\r\n')
    assert all(unicodedata.category(character) not in {"Cc", "Cf", "Cs"} for character in kept)
    assert kept == kept.strip(" .")


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", "pdf"), ("a.ＰＤＦ", "pdf"), ("a", ""), (".pdf", ""), ("a.b.c", "c")],
)
def test_ending(name: str, ending: str) -> None:
    assert ending_of(name) == ending
