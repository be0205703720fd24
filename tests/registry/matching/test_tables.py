"""Tables of descriptions, in and out."""

from pathlib import Path

import pytest

from madoguchi.registry.matching.tables import TableFault, read_table, row_text


def test_heads_in_either_language_and_encoding(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_bytes("番号,商号又は名称,所在地\r\n1,㈱窓口,東京都\r\n2,,大阪府\r\n".encode("cp932"))
    (row, described), (_, nameless) = read_table(path)
    assert row == {"番号": "1", "商号又は名称": "㈱窓口", "所在地": "東京都"}
    assert described is not None
    assert (described.name, described.address) == ("㈱窓口", "東京都")
    assert nameless is None


def test_rows_too_long_or_with_more_columns_than_heads(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text(f"name\n{'あ' * 201}\nx,y,z\n", encoding="utf-8")
    (_, long), (row, short) = read_table(path)
    assert long is None
    assert (row, short and short.name) == ({"name": "x"}, "x")


@pytest.mark.parametrize("content", [b"", b"address\nx\n", b"\xff\xfe\n"])
def test_no_names(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "firms.csv"
    path.write_bytes(content)
    with pytest.raises(TableFault):
        list(read_table(path))


def test_formulas_stay_texts() -> None:
    assert row_text({"name": "=1+1"}, None, head=True).splitlines()[1].startswith("'=1+1,none")
