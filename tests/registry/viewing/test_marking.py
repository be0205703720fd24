"""Marking what was typed: characters count, not how they are written."""

import pytest

from madoguchi.registry.viewing.marking import marked


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("株式会社みなと化学", "ミナト", "みなと"),
        ("株式会社みなと化学", "(株)みなと化学", "みなと化学"),
        ("株式会社ＡＢＣ商会", "abc", "ＡＢＣ"),
        ("髙島屋サーバー", "高島屋サーバ", "髙島屋サーバ"),
        ("東京・ヴァイオリン", "東京バイオリン", "東京・ヴァイオリン"),
        ("みなと", "なにか", ""),
        ("みなと", "", ""),
    ],
)
def test_what_was_typed_is_marked(text: str, typed: str, found: str) -> None:
    pieces = marked(text, typed)
    assert "".join(piece for piece, _ in pieces) == text
    assert "".join(piece for piece, on in pieces if on).rstrip("ー") == found
