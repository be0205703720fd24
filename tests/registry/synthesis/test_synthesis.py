"""Synthetic corporations: the same everywhere, spread as real ones are, none of them real."""

import csv
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.corporations.files import read_file
from madoguchi.registry.corporations.names import name_key
from madoguchi.registry.corporations.record import Incoming
from madoguchi.registry.synthesis import making
from madoguchi.registry.synthesis.drawing import splitmix64
from madoguchi.registry.synthesis.making import MOST, corporation
from madoguchi.registry.synthesis.writing import write_file, write_twins

SOME = 20_000


def test_the_generator_is_splitmix64() -> None:
    # The first three of Vigna's splitmix64.c from state 0.
    states = (0, 0x9E3779B97F4A7C15, 2 * 0x9E3779B97F4A7C15 % 2**64)
    assert [splitmix64(state) for state in states] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_a_file_is_read_back_and_slices_fit_together(tmp_path: Path) -> None:
    write_file(tmp_path / "all.csv", 7, 0, 50)
    write_file(tmp_path / "a.csv", 7, 0, 20)
    write_file(tmp_path / "b.csv", 7, 20, 30)
    both = (tmp_path / "a.csv").read_bytes() + (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "all.csv").read_bytes() == both
    read = list(read_file(tmp_path / "all.csv"))
    assert read == [Incoming(corporation(7, i), latest=True) for i in range(50)]


def test_numbers_are_right_and_nobody_has_two() -> None:
    numbers = [corporation(1, i).number for i in (*range(SOME), *range(MOST - SOME, MOST))]
    assert all(map(is_corporate_number, numbers))
    assert len(set(numbers)) == 2 * SOME
    with pytest.raises(ValueError, match="none of them"):
        corporation(1, MOST)


def test_nobody_is_without_a_name() -> None:
    lines = (Path(making.__file__).parent / "shares.tsv").read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t") for line in lines if line.startswith(("name\t", "head\t", "tail\t"))]
    assert all(row[-1].strip() for row in texts)


def test_they_are_spread_as_real_ones_are(shared_data: Path) -> None:
    real = json.loads((shared_data / "nta/name_stats.json").read_text())["kind_pref"]
    made = [corporation(1, i) for i in range(SOME)]
    kinds = Counter(record.kind for record in made)
    tokyo = sum(record.prefecture_code == "13" for record in made)
    counted = {key: many for key, many in real.items() if key.partition("|")[0] in kinds}
    whole = sum(counted.values())
    for kind, many in kinds.items():
        share = sum(found for key, found in counted.items() if key.startswith(kind)) / whole
        assert many / SOME == pytest.approx(share, abs=0.015)
    share = sum(many for key, many in counted.items() if key.endswith("|13")) / whole
    assert tokyo / SOME == pytest.approx(share, abs=0.015)
    assert len({record.name for record in made}) > 0.8 * SOME


def test_no_number_is_a_real_one(shared_data: Path) -> None:
    path = shared_data / "nta/corporations.parquet"
    if not path.exists():
        pytest.skip("the records of real corporations are not here")
    offices = {
        number[1:5]
        for number in pq.read_table(path, columns=["corporate_number"]).column(0).to_pylist()
    }
    made = {corporation(1, i).number[1:5] for i in range(0, MOST, 997)}
    assert not offices & made


def test_twins_are_others_names_for_the_same(tmp_path: Path) -> None:
    assert write_twins(tmp_path / "twins.csv", 1, 0, 30_000) == 300
    with (tmp_path / "twins.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {corporation(1, i).number: corporation(1, i) for i in range(0, 30_000, 100)}
    changed = sum(
        (row["name"], row["address"])
        != (known[row["number"]].name, known[row["number"]].city + known[row["number"]].street)
        for row in rows
    )
    assert changed > 200
    same = sum(
        name_key(row["name"]).core == name_key(known[row["number"]].name).core for row in rows
    )
    assert same > 290
