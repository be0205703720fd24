"""How well names and addresses find their corporation: EDINET's companies in the agency's record.

`python -m bench.linkage --record corporations.parquet --companies company_registry.json.gz`, the
second from the PyPI package japan_finance_codes (EDINET's list: names, English names, corporate
numbers, no addresses). The addresses are the record's own, written in six other ways by turns; a
company is also described while its record is left out, so that every link then made is a false one.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rapidfuzz import process
from rapidfuzz.distance import Indel

from madoguchi.registry.corporations.names import name_key
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.matching.evidence import Described, compare
from madoguchi.registry.matching.weighing import Weighed, weigh

COLUMNS = (
    "corporate_number name kind prefecture_name city_name street_number prefecture_code city_code"
    " post_code close_date en_name furigana search_excluded"
).split()
AT_MOST = 60


class Everyone:
    """The whole record in memory, by name and by city."""

    def __init__(self, path: Path) -> None:
        table = pq.read_table(path, columns=COLUMNS)
        self.rows = [
            row for row in zip(*(table[c].to_pylist() for c in COLUMNS), strict=True) if row[1]
        ]
        self.place = {row[0]: index for index, row in enumerate(self.rows)}
        self.cores: list[str] = []
        self.by_core: dict[str, list[int]] = defaultdict(list)
        self.by_city: dict[str, list[int]] = defaultdict(list)
        for index, row in enumerate(self.rows):
            core = name_key(row[1]).core
            self.cores.append(core)
            self.by_core[core].append(index)
            self.by_city[f"{row[3]}{row[4]}"].append(index)
        self.cities = sorted((city for city in self.by_city if city), key=len, reverse=True)

    def record(self, index: int) -> Record:
        row = dict(zip(COLUMNS, self.rows[index], strict=True))
        empty: dict[str, Any] = dict.fromkeys(Record._fields, "")
        return Record(
            **empty
            | {
                "number": row["corporate_number"],
                "updated_on": date.min,
                "name": row["name"],
                "kind": row["kind"],
                "prefecture": row["prefecture_name"] or "",
                "city": row["city_name"] or "",
                "street": row["street_number"] or "",
                "postal_code": row["post_code"] or "",
                "english_name": row["en_name"] or "",
                "kana": row["furigana"] or "",
                "closed_on": row["close_date"],
            }
        )

    def candidates(self, described: Described) -> Iterator[int]:
        core = name_key(described.name).core
        named = self.by_core.get(core, [])
        city = next((c for c in self.cities if described.address.startswith(c)), "")
        bare = city or next((c for c in self.cities if described.address.startswith(c[3:])), "")
        here = self.by_city.get(bare, [])
        close = process.extract(
            core, [self.cores[i] for i in here], scorer=Indel.normalized_similarity,
            score_cutoff=0.6, limit=AT_MOST,
        )  # fmt: skip
        in_city = [i for i in named if self.rows[i][3:5] == self.rows[here[0]][3:5]] if here else []
        yield from dict.fromkeys(
            [*in_city, *named[:2_000], *(here[place] for _, _, place in close)]
        )


def written_otherwise(prefecture: str, city: str, street: str, turn: int) -> str:
    """An address as other people write it."""
    match turn % 6:
        case 0:
            return prefecture + city + street
        case 1:
            return city + street
        case 2:
            hyphens = (
                street.replace("丁目", "－")
                .replace("番地の", "－")
                .replace("番地", "")
                .replace("番", "－")
            )
            return prefecture + city + hyphens.replace("号", "")
        case 3:
            return prefecture + city + street.replace("大字", "") + "　窓口ビル３階"
        case 4:
            return prefecture + city
        case _:
            plain = street.translate({0xFF10 + digit: str(digit) for digit in range(10)})
            return prefecture + city + " " + plain


def matched(
    everyone: Everyone, described: Described, without: str = ""
) -> list[tuple[str, Weighed]]:
    """The candidates with their weights, likeliest first."""
    indices = [i for i in everyone.candidates(described) if everyone.rows[i][0] != without]
    found = []
    for index in indices:
        evidence = compare(described, [everyone.record(index)])
        found.append((evidence, len(everyone.by_core[everyone.cores[index]])))
    weighed = weigh(found, len(everyone.rows))
    numbers = [everyone.rows[index][0] for index in indices]
    return sorted(zip(numbers, weighed, strict=True), key=lambda item: -item[1].probability)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--companies", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="only each n-th company")
    parser.add_argument("--wrong", type=Path, help="write what went wrong here")
    asked = parser.parse_args(arguments)
    everyone = Everyone(asked.record)
    with gzip.open(asked.companies) as file:
        companies = json.load(file)["companies"]
    pairs = [c for c in companies if c.get("corporate_number") in everyone.place][:: asked.every]
    print(f"{len(pairs)} companies of EDINET in a record of {len(everyone.rows)} corporations")
    for label, with_address in (("name and address", True), ("name alone", False)):
        measure(everyone, pairs, label, with_address, asked.wrong)


def measure(
    everyone: Everyone,
    pairs: list[dict[str, Any]],
    label: str,
    with_address: bool,
    wrong: Path | None,
) -> None:
    linked = right = first = among = false_alone = 0
    faults = []
    bins: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    start = time.perf_counter()
    for turn, company in enumerate(pairs):
        number = company["corporate_number"]
        row = everyone.rows[everyone.place[number]]
        address = written_otherwise(row[3] or "", row[4] or "", row[5] or "", turn)
        described = Described(company["name"], address if with_address else "")
        found = matched(everyone, described)
        links = [(n, w) for n, w in found if w.decision == "link"]
        linked += len(links)
        right += sum(n == number for n, _ in links)
        for candidate, weighed in found:
            if weighed.probability >= 0.005:
                bins[int(weighed.probability * 10 + 0.5)][candidate == number] += 1
        first += bool(found) and found[0][0] == number
        among += any(n == number and w.decision != "none" for n, w in found)
        alone = [n for n, w in matched(everyone, described, number) if w.decision == "link"]
        false_alone += len(alone)
        if not links or alone:
            faults.append(
                (
                    company["name"],
                    row[1],
                    address,
                    [(everyone.rows[everyone.place[n]][1], w.probability) for n, w in found[:3]],
                    alone,
                )
            )
    took = time.perf_counter() - start
    total = len(pairs)
    made = linked + false_alone
    print(
        f"{label}: linked {right} of {total} = recall {right / total:.2%};"
        f" {made} links, {made - right} false = precision {right / made if made else 1:.3%}"
        f" ({false_alone} with the right one left out);"
        f" likeliest is right {first / total:.2%}, offered {among / total:.2%};"
        f" {took / total / 2 * 1000:.1f} ms each"
    )
    for place, (no, yes) in sorted(bins.items()):
        print(f"  said {place * 10:3d} %: right {yes / (no + yes):.1%} of {no + yes}")
    if wrong:
        with wrong.open("a") as file:
            for fault in faults:
                print(label, *fault, file=file)


if __name__ == "__main__":
    main()
