"""Writing synthetic corporations as the files real ones come in."""

import csv
from collections.abc import Callable
from pathlib import Path

from madoguchi.registry.corporations.record import Record
from madoguchi.registry.synthesis.making import corporation
from madoguchi.registry.synthesis.twins import twin

TWINS_IN = 100  # one corporation in so many has a noisy twin
_SAY_EVERY = 10_000


def write_file(
    path: Path, seed: int, first: int, many: int, tell: Callable[[int], None] = lambda done: None
) -> None:
    """Write corporations `first` and on as a full file (CSV, UTF-8) that `registry load` takes in."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        for done in range(many):
            rows.writerow(as_row(corporation(seed, first + done)))
            if done % _SAY_EVERY == 0:
                tell(done)
    tell(many)


def write_twins(path: Path, seed: int, first: int, many: int) -> int:
    """Write number, name and address of the noisy twins of these; how many there are."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("number", "name", "address"))
        which = [i for i in range(first, first + many) if i % TWINS_IN == 0]
        rows.writerows(twin(seed, i, corporation(seed, i)) for i in which)
    return len(which)


def as_row(record: Record) -> list[str]:
    """The thirty columns of リソース定義書, in their order."""
    day = {name: "" if value is None else str(value) for name, value in record._asdict().items()}
    return [
        day["sequence"], day["number"], day["process"], str(int(record.corrected)),
        day["updated_on"], day["changed_on"], day["name"], day["name_image"], day["kind"],
        day["prefecture"], day["city"], day["street"], day["address_image"],
        day["prefecture_code"], day["city_code"], day["postal_code"], day["abroad"],
        day["abroad_image"], day["closed_on"], day["close_cause"], day["successor"],
        day["change_cause"], day["assigned_on"], "1", day["english_name"],
        day["english_prefecture"], day["english_city"], day["english_abroad"], day["kana"],
        str(int(record.hidden)),
    ]  # fmt: skip
