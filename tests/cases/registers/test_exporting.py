"""A register as a file: the public columns, in every format, for everyone."""

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
from openpyxl import load_workbook

from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.cases.registers.test_registers import NAME, registered


async def test_everyone_may_take_a_register_in_any_format(counter: Counter, tmp_path: Path) -> None:
    await registered(counter)
    for who in (None, "examiner"):
        async with signed_in(app_of(counter, tmp_path), counter, who) as client:
            files = {}
            for format in ("csv", "xlsx", "json", "parquet"):
                answer = await client.get(f"/registers/{NAME}?format={format}")
                assert answer.status_code == 200
                files[format] = answer.content
            assert (await client.get("/registers/none?format=csv")).status_code == 404
            empty = await client.get(f"/registers/{NAME}?format=csv&on=1999-01-01")
        assert len(empty.text.splitlines()) == 1
        head, *rows = csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))
        sheet = load_workbook(io.BytesIO(files["xlsx"])).active
        data = json.loads(files["json"])["sheets"][0]
        table = pq.read_table(io.BytesIO(files["parquet"]))
        assert head[0] == "登録番号 / Number", "one row of headings, as open data has it"
        assert sheet["A1"].value == head[0]
        assert (
            [row[0] for row in rows] == [data["rows"][0]["number"]] == table["number"].to_pylist()
        )
        assert sheet["A2"].value == rows[0][0]
        assert not any(b"officers" in content for content in files.values()), "not public"
