"""Exporting 24,000 cases over HTTP: from the asking to the last byte, and the server's memory.

Ours streams rows, merges versions by stable path, checks rights and journals. The peer does the
plain thing on the same database: ORM objects, and XlsxWriter (constant memory) or csv for the file.
Target: each format under 5 s and under 300 MB.
"""

import asyncio
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import xlsxwriter
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from bench.forms import answers, form_text
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database.columns import read_json, write_json
from madoguchi.kernel.ids import arrival_number, new_id
from madoguchi.procedures import service as procedures
from madoguchi.settings import Settings

CASES = int(os.environ.get("BENCH_CASES", "24000"))
FIELDS, ROWS = 40, 2
FORMATS = ("csv", "xlsx", "json", "parquet")
TABLE = """  tanks:
    type: table
    label: {ja: タンク, en: Tanks}
    columns:
      name: {type: text, label: {ja: 名称, en: Name}}
      volume: {type: decimal, label: {ja: 容量, en: Volume}, unit: L}
"""


async def prepare(settings: Settings, count: int) -> str:
    """An installation with so many filed cases and one official; gives the official's token."""
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        text = form_text(FIELDS).replace("\npages:", "\n" + TABLE + "pages:")
        text = text.replace("]}\nchecks", ", tanks]}\nchecks")
        package = await procedures.publish(
            session, {"procedure.yaml": text}, "v1", actor="bench", clock=system_clock
        )
        person = await identity.add_person(session, system_clock, name="測定 花子")
        await identity.grant_role(session, system_clock, person.id, "meti", "examiner", by="bench")
        actor = Actor(id=person.id, name=person.name, kind="official")
        _, token = await identity.issue_token(session, system_clock, actor, "bench")
        start = datetime(2026, 4, 1, tzinfo=UTC)
        for begin in range(0, count, 1000):
            rows = [_case(package, n, start) for n in range(begin, min(count, begin + 1000))]
            await session.execute(insert(Case), rows)
        await session.commit()
    return token


def _case(package: procedures.Package, n: int, start: datetime) -> dict[str, object]:
    id, at = new_id(), start + timedelta(minutes=n)
    data = {**answers(FIELDS), **{f"f{m}": "2470" for m in range(5, FIELDS, 6)}}
    data |= {f"f{m}": 90000 + n for m in range(4, FIELDS, 6)}
    data["tanks"] = [{"row": f"r{r}", "name": f"タンク{r}", "volume": "120.5"} for r in range(ROWS)]
    return {
        **{"id": id, "draft_id": new_id(), "procedure_id": package.id, "digest": package.digest},
        **{"kind": package.kind, "title": dict(package.title), "agency_id": "meti"},
        **{"organisation_name": f"測定{n}株式会社", "filer_id": "x", "filer_name": "測定 太郎"},
        **{"applicant": {"name": "測定", "number": "1234567890123"}, "data": data},
        **{"attached": {}, "content_hash": "sha256:" + "0" * 64, "state": "filed"},
        **{"arrival_number": arrival_number(at, id), "arrived_at": at, "updated_at": at},
    }


class Watch:
    """The most memory a process and its children had while the block ran, in MB."""

    def __init__(self, pid: int) -> None:
        self.pid, self.most, self._stop = pid, 0.0, threading.Event()

    def __enter__(self) -> "Watch":
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.1):
            self.most = max(self.most, resident_mb(self.pid))


def export(address: str, token: str, format: str) -> tuple[float, float, int]:
    """Ask, wait, fetch: seconds in all, seconds of the slowest other request meanwhile, bytes."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
        start, slowest = time.perf_counter(), 0.0
        asked = client.post("/api/v1/exports", json={"source": "desk", "format": format})
        assert asked.status_code == 202, asked.text
        place, state = asked.headers["location"], "waiting"
        while state == "waiting":
            time.sleep(0.1)
            before = time.perf_counter()
            state = client.get(place).json()["state"]
            slowest = max(slowest, time.perf_counter() - before)
        assert state == "done", state
        size = 0
        with client.stream("GET", f"{place}/file") as answer:
            for chunk in answer.iter_bytes():
                size += len(chunk)
        return time.perf_counter() - start, slowest, size


def peer(url: str, format: str) -> None:
    """The plain way, in a process of its own: prints seconds and its memory in MB."""
    engine = create_engine(
        url.replace("+aiosqlite", "").replace("+asyncpg", ""),
        json_serializer=write_json,
        json_deserializer=read_json,
    )
    start = time.perf_counter()
    with Session(engine) as session, tempfile.NamedTemporaryFile() as out:
        cases = session.scalars(
            select(Case).order_by(Case.arrived_at).execution_options(yield_per=500)
        )
        if format == "csv":
            with open(out.name, "w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(_plain(case) for case in cases)
        else:
            book = xlsxwriter.Workbook(out.name, {"constant_memory": True})
            sheet = book.add_worksheet()
            for number, case in enumerate(cases):
                sheet.write_row(number, 0, _plain(case))
            book.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - start, "memory": memory}))


def _plain(case: Case) -> list[object]:
    values = [v if isinstance(v, str | int) else json.dumps(v) for v in case.data.values()]
    return [case.arrival_number, str(case.arrived_at), case.organisation_name, case.state, *values]


def main() -> None:
    """Prepare once, then every format."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "ours"
        settings = Settings(home=home)
        token = asyncio.run(prepare(settings, CASES))
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environment = {"MADOGUCHI_HOME": str(home), "PORT": str(port)}
        print(f"export: {CASES:,} cases of {FIELDS} fields and a table, by job over HTTP, SQLite")
        with serving([PYTHON, "-m", "madoguchi.cli", "serve"], environment, f"{address}/") as pid:
            print(f"  server at rest {resident_mb(pid):.0f} MB")
            for format in FORMATS:
                with Watch(pid) as watch:
                    seconds, slowest, size = export(address, token, format)
                print(
                    f"  {format:8} {seconds:5.2f} s from asking to the last byte   {size / 1e6:5.1f} MB file"
                    f"   server at most {watch.most:.0f} MB   other requests at most {slowest * 1000:.0f} ms"
                )
        for format in ("csv", "xlsx"):
            done = subprocess.run(
                [sys.executable, "-m", "bench.export", "peer", settings.url, format],
                capture_output=True,
                check=True,
                cwd=Path(__file__).parents[1],
                env=os.environ,
            )
            found = json.loads(done.stdout)
            print(
                f"  peer {format:4} {found['seconds']:5.2f} s   {found['memory']:.0f} MB"
                "   (ORM objects, answers without labels, tables as JSON, no HTTP)"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        peer(*sys.argv[2:4])
    else:
        main()
