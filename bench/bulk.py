"""A thousand filings: by one spreadsheet, and one by one through the API, on the same server.

In bulk each row is checked, then filed as its own case with receipt, journal, message and fee, and
marked in the same transaction. One by one the same filings are posted by a client, eight at a time,
as agents' software does it without a bulk API. SQLite, synced at every commit.
"""

import asyncio
import io
import resource
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import httpx

from bench.export import Watch
from bench.filing import prepare
from bench.forms import answers, form
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.cases.bulk.entries import Entry
from madoguchi.cases.bulk.plan import plans_of
from madoguchi.cases.bulk.templates import filled
from madoguchi.settings import Settings

ROWS, FIELDS, CONCURRENT = 1_000, 60, 8
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def entered(number: int) -> dict[str, object]:
    """The answers of one filing; every one is another."""
    given = {name: value for name, value in answers(FIELDS).items() if value is not None}
    return {**given, "f0": f"東京都千代田区霞が関 {number}"}


def wait(client: httpx.Client, place: str, state: str) -> tuple[float, float]:
    """Seconds until a bulk filing is in a state, and of the slowest other request meanwhile."""
    start, slowest = time.perf_counter(), 0.0
    while True:
        before = time.perf_counter()
        found = client.get(place).json()
        slowest = max(slowest, time.perf_counter() - before)
        if found["state"] == state:
            return time.perf_counter() - start, slowest
        assert found["state"] not in ("failed", "stopped"), found
        time.sleep(0.1)


def in_bulk(address: str, token: str, pid: int) -> float:
    """One spreadsheet: read and checked, then filed; rows a second of the filing."""
    entries = [Entry(n, f"B-{n}", "", entered(n)) for n in range(ROWS)]
    content = filled(plans_of(form(FIELDS)), entries, "ja", "xlsx")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
        with Watch(pid) as watch:
            asked = client.post(
                "/api/v1/bulk",
                data={"procedure_id": "bench-form"},
                files={"file": ("b.xlsx", io.BytesIO(content), XLSX)},
            )
            assert asked.status_code == 202, asked.text
            place = asked.headers["location"]
            checked, slow_check = wait(client, place, "checked")
            found = client.get(place).json()
            assert found["counts"]["good"] == ROWS, found["counts"]
            client.post(f"{place}/file", json={"run": found["run"]}).raise_for_status()
            done, slow_file = wait(client, place, "done")
        assert client.get(place).json()["counts"]["filed"] == ROWS
    print(
        f"  in bulk     checked {ROWS / checked:5.0f} rows/s   filed {ROWS / done:5.0f} rows/s"
        f"   server at most {watch.most:.0f} MB   other requests at most"
        f" {max(slow_check, slow_file) * 1000:.0f} ms"
    )
    return ROWS / done


async def one_by_one(address: str, token: str) -> float:
    """The same filings through the API for one; filings a second."""
    gate = asyncio.Semaphore(CONCURRENT)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=120) as client:

        async def one(number: int) -> None:
            async with gate:
                answer = await client.post(
                    "/api/v1/procedures/bench-form/filings",
                    json={"data": entered(number)},
                    headers={"Idempotency-Key": uuid4().hex},
                )
                assert answer.status_code == 201, answer.text[:300]

        start = time.perf_counter()
        await asyncio.gather(*(one(n) for n in range(ROWS)))
        return ROWS / (time.perf_counter() - start)


def main() -> None:
    """Both ways on one server, the single API first and once more after."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "ours"
        token = asyncio.run(prepare(Settings(home=home)))
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environment = {"MADOGUCHI_HOME": str(home), "PORT": str(port)}
        load = Path("/proc/loadavg").read_text().split()[0]
        print(f"bulk: {ROWS:,} filings of {FIELDS} fields, SQLite, over HTTP (load {load})")
        with serving([PYTHON, "-m", "madoguchi.cli", "serve"], environment, f"{address}/") as pid:
            print(f"  server at rest {resident_mb(pid):.0f} MB")
            before = asyncio.run(one_by_one(address, token))
            print(f"  one by one  filed {before:5.0f} filings/s ({CONCURRENT} at a time)")
            rate = in_bulk(address, token, pid)
            after = asyncio.run(one_by_one(address, token))
            print(f"  one by one  filed {after:5.0f} filings/s (again)")
            print(f"  ratio bulk/single {rate / ((before + after) / 2):.2f}")
    print(f"  client at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
