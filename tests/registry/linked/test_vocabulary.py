"""Names of the vocabulary made of texts that come from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.registry.linked.vocabulary import activity, shortened


@given(st.text() | st.text("%0aF/ 法\ud800\ue000"))
def test_whatever_a_key_holds_it_is_an_iri(key: str) -> None:
    # A key that gave none would keep every snapshot from being made.
    assert activity(key).value.startswith("http://hojin-info.go.jp/data/ext/")


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("達成率100%", "達成率100%25"),
        ("%E6%B3%95", "%E6%B3%95"),
        ("a b", "a%20b"),
        ("%%41", "%25%41"),
    ],
)
def test_what_is_encoded_stays(key: str, written: str) -> None:
    assert activity(key).value.endswith(f"/ext/{written}")


@pytest.mark.parametrize(
    ("iri", "shown"),
    [
        ("http://hojin-info.go.jp/ns/domain/biz/1#法人情報型", "hj:法人情報型"),
        ("http://hojin-info.go.jp/data/basic/1", "data:basic/1"),
        ("http://imi.go.jp/ns/code_id/code/kind#301", "code:kind#301"),
        ("urn:x:y", "urn:x:y"),
    ],
)
def test_how_an_iri_is_read(iri: str, shown: str) -> None:
    assert shortened(iri) == shown
