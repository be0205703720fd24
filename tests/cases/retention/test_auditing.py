"""The list of erasures for auditors: every step with its people, and nothing a spreadsheet runs."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from madoguchi.cases.retention import auditing, deciding
from madoguchi.cases.retention.auditing import COLUMNS, erasures
from madoguchi.cases.retention.deciding import Why
from madoguchi.cli import app
from madoguchi.installation.erasures import write_erasures
from madoguchi.kernel import journal
from madoguchi.kernel.journal.models import Entry
from tests.cases.desk.counter import Counter
from tests.cases.retention.world import WHY, erased, granted

ALL = ("listed", "held", "proposed", "approved", "done", "dropped")


async def test_who_what_why_and_when(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "PAGE", 1)
    first, second = await granted(counter), await granted(counter)
    row = await erased(counter, first, tmp_path)
    async with counter.database.session() as session:
        held = await deciding.hold_case(
            session, counter.people["records"], counter.clock, second, None, Why("=1+1", "")
        )
        await session.commit()
    found = [value async for value in erasures(counter.database, ALL)]
    assert [value["id"] for value in found] == [row.id, held.id]
    done = found[0]
    assert tuple(done) == COLUMNS
    assert (done["state"], done["case"], done["reason"]) == ("done", first, WHY.reason)
    assert {done["proposed_by"], done["decided_by"]} == {row.proposed_by, row.decided_by}
    assert done["proposed_name"]
    assert done["decided_name"] not in (None, done["proposed_name"])
    assert done["done_at"] >= done["decided_at"] >= done["proposed_at"]
    async with counter.database.reading() as session:
        steps = [await session.get(Entry, entry) for entry in done["journal"]]
    assert [step.action for step in steps if step] == ["erasure_proposed", "erasure_approved"]
    assert all(step and journal.verify(step) for step in steps)
    only = [value["id"] async for value in erasures(counter.database, ("held",))]
    assert only == [held.id]


async def test_as_csv_and_as_json(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await granted(counter)
    async with counter.database.session() as session:
        await deciding.hold_case(
            session, counter.people["records"], counter.clock, case, None, Why("=1+1", "")
        )
        await session.commit()
    url = counter.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", url)
    table, lines = io.StringIO(), io.StringIO()
    assert await write_erasures(table, ALL, "csv") == 1
    assert await write_erasures(lines, ALL, "jsonl") == 1
    heading, row = csv.reader(io.StringIO(table.getvalue().removeprefix("\ufeff")))
    assert tuple(heading) == COLUMNS
    assert dict(zip(heading, row, strict=True))["reason"] == "'=1+1"  # no formula
    value = json.loads(lines.getvalue())
    assert (value["reason"], value["case"], value["state"]) == ("=1+1", case, "held")


def test_the_command_writes_a_heading_though_nothing_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_HOME", str(tmp_path))
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    done = CliRunner().invoke(app, ["erasures", "list", "--state", "done"])
    assert (done.exit_code, done.stderr) == (0, "0 erasures\n")
    assert done.stdout.removeprefix("\ufeff").strip() == ",".join(COLUMNS)
    assert CliRunner().invoke(app, ["erasures", "list", "--state", "x"]).exit_code == 2
