"""Intake at national scale: complete filings over HTTP beside django-ninja and the ORM, in turn.

Ours: token, idempotency key, twelve fields with rules, what is known of the company, case, journal
entry for the transparency log, message, job, receipt. The peer (peer_intake) does the same work as
a careful developer would. Every tenth filing brings a file of 100 kB, uploaded first. Both durable:
acknowledged after the commit is synced. Same machine, same client, same database server.

    python -m bench.intake [--seconds 6] [--rounds 3] [--only postgresql|sqlite] [--workers 2]
"""

import asyncio
import hashlib
import json
import os
import statistics
import subprocess
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg

from bench.intake_package import PACKAGE, answers
from bench.load import Make, Measured, Step, closed, post, steady
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.procedures import service as procedures
from madoguchi.settings import Settings

POSTGRES = os.environ.get("MADOGUCHI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
DATABASES = {"ours": "madoguchi_bench_intake", "peer": "madoguchi_bench_peer"}
COMPANIES = 200
ADDRESS = {"prefecture": "東京都", "city": "千代田区", "street": "霞が関1丁目3番1号"}
FILE_BYTES = 100_000
NATIONAL = 300_000_000 / (365 * 24 * 3600)  # filings a second if a year's were spread evenly
TICKS = os.sysconf("SC_CLK_TCK")


async def prepare(settings: Settings) -> list[str]:
    """An installation with the form and its companies; a token of each."""
    tokens = []
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        await procedures.publish(
            session, {"procedure.yaml": PACKAGE}, "v1", actor="bench", clock=system_clock
        )
        for number in range(COMPANIES):
            company = await identity.add_organisation(
                session,
                system_clock,
                name=f"測定{number}株式会社",
                address=ADDRESS,
                representative_title="代表取締役",
                representative_name="測定 花子",
            )
            person = await identity.add_person(session, system_clock, name="測定 太郎")
            await identity.add_member(session, person.id, company.id, "representative")
            actor = Actor(
                id=person.id,
                name=person.name,
                kind="applicant",
                organisation=company.id,
                own_organisation=company.id,
            )
            _, token = await identity.issue_token(session, system_clock, actor, "bench")
            tokens.append(token)
        await session.commit()
    return tokens


def pieces(tokens: list[str], run: str, file_url: str, filing_url: str, every: int) -> Make:
    """What is sent: one filing, every tenth (or so) with its file before."""

    def make(number: int) -> list[Step]:
        token, large = tokens[number % len(tokens)], every > 0 and number % every == 0
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = f"bench-{run}-{number}"
        body: dict[str, object] = {"data": answers(number, large=large)}
        if not large:
            return [Step("filing", post(filing_url, headers, json.dumps(body).encode()))]

        def with_file(answer: bytes) -> bytes:
            attached = {"drawing": [json.loads(answer)["id"]]}
            return post(filing_url, headers, json.dumps({**body, "attached": attached}).encode())

        content = drawing(FILE_BYTES)
        form = (
            b'--cut\r\nContent-Disposition: form-data; name="file"; filename="drawing.pdf"\r\n'
            b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n--cut--\r\n"
        )
        kind = {**headers, "Content-Type": "multipart/form-data; boundary=cut"}
        del kind["Idempotency-Key"]
        return [Step("upload", post(file_url, kind, form)), Step("filing", with_file)]

    return make


def drawing(size: int) -> bytes:
    """A PDF with a stream of `size` bytes that no other has."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (size, os.urandom(size)),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 5\n0000000000 65535 f \n" + rows
    return (
        bytes(out) + table + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """A database of its own on the server of the tests; its name."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def processor_seconds(pid: int, database: str) -> float:
    """Processor time so far of a server with its children and of the database's processes for it.

    Those that write PostgreSQL's log and pages for everybody are left out.
    """
    parents, ticks = {}, {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path(f"/proc/{entry}/stat").read_text().rpartition(") ")[2].split()
            called = Path(f"/proc/{entry}/cmdline").read_bytes()
        except OSError:
            continue
        serves = called.startswith(b"postgres:") and f" {database} ".encode() in called
        parents[int(entry)] = pid if serves else int(fields[1])
        ticks[int(entry)] = sum(int(fields[n]) for n in (11, 12, 13, 14))
    return sum(used for process, used in ticks.items() if _under(process, pid, parents)) / TICKS


def _under(process: int, above: int, parents: dict[int, int]) -> bool:
    while process not in (0, 1, above):
        process = parents.get(process, 0)
    return process == above


Server = Callable[[], AbstractContextManager[tuple[int, int]]]


def compare(database: str, servers: dict[str, tuple[Server, Make]], asked: Namespace) -> None:
    """The two in turn, only one of them running at a time; then ours at part of its most."""
    runs: dict[str, list[Measured]] = {name: [] for name in servers}
    processor, memory = dict.fromkeys(servers, 0.0), dict.fromkeys(servers, 0.0)
    for n in range(asked.rounds):
        for name, (server, make) in servers.items():
            with server() as (port, pid):
                warm_up(port, make, n)
                before = processor_seconds(pid, DATABASES[name])
                numbered = make_from(make, n * 10_000_000)
                runs[name].append(
                    asyncio.run(closed(port, numbered, asked.seconds, asked.connections))
                )
                processor[name] += processor_seconds(pid, DATABASES[name]) - before
                memory[name] = max(memory[name], resident_mb(pid))
    for name, made in runs.items():
        done = sum(one.done for one in made)
        refused = [text for one in made for text in one.refused]
        print(
            f"  {name}: {statistics.median(one.rate for one in made):7.0f} filings/s"
            f"   p50 {statistics.median(one.quantile('filing', 0.5) for one in made):6.1f} ms"
            f"   p99 {statistics.median(one.quantile('filing', 0.99) for one in made):6.1f} ms"
            f"   {processor[name] / max(done, 1) * 1000:.2f} ms of processor each"
            f"   memory {memory[name]:.0f} MB   refused {len(refused)}"
        )
        if refused:
            print("    ", refused[0].decode("utf-8", "replace")[:200])
    most = statistics.median(one.rate for one in runs["ours"])
    ratio = most / statistics.median(one.rate for one in runs["peer"])
    print(f"  ratio ours/peer {ratio:.1f}   {most / NATIONAL:.0f} × an even 300 million a year")
    server, make = servers["ours"]
    with server() as (port, _):
        warm_up(port, make, asked.rounds)
        for part in (0.8, 0.5):
            numbered = make_from(make, int(part * 100) * 1_000_000_000)
            calm = asyncio.run(steady(port, numbered, most * part, 2 * asked.seconds, 256))
            print(
                f"  {database} at {part:.0%} of its most ({most * part:.0f}/s):"
                f" filing p50 {calm.quantile('filing', 0.5):.1f} ms,"
                f" p99 {calm.quantile('filing', 0.99):.1f} ms;"
                f" upload p99 {calm.quantile('upload', 0.99):.1f} ms; refused {len(calm.refused)}"
            )


def warm_up(port: int, make: Make, turn: int) -> None:
    """Two seconds of filings nobody counts."""
    asyncio.run(closed(port, make_from(make, 900_000_000 + turn * 1_000_000), 2, 16))


def make_from(make: Make, first: int) -> Make:
    """The same pieces, numbered from `first`."""
    return lambda number: make(first + number)


def run(kind: str, asked: Namespace) -> None:
    """One comparison on one kind of database."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_database(DATABASES["ours"]) as mine,
    ):
        home, files = Path(folder) / "ours", Path(folder) / "files"
        files.mkdir()
        with postgres_database(DATABASES["peer"]) as theirs:
            environment = {"MADOGUCHI_HOME": str(home), "MADOGUCHI_WORKERS": str(asked.workers)}
            peer_environment = {"PEER_FILES": str(files)}
            if kind == "postgresql":
                address = POSTGRES.replace("postgresql://", "postgresql+asyncpg://")
                environment["MADOGUCHI_DATABASE_URL"] = f"{address}/{mine}"
                peer_environment["PEER_DATABASE"] = f"{POSTGRES}/{theirs}"
            else:
                peer_environment["PEER_DATABASE"] = f"sqlite://{folder}/peer.db"
            os.environ.update(environment)
            tokens = asyncio.run(prepare(Settings()))
            hashes = [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
            subprocess.run(
                [PYTHON, "-m", "bench.peer_intake"],
                env={**os.environ, **peer_environment},
                input=json.dumps(hashes).encode(),
                check=True,
            )
            workers = asked.workers if kind == "postgresql" else 1
            load = os.getloadavg()[0]
            print(
                f"{kind}, {workers} process(es), {asked.connections} connections, load {load:.1f}"
            )

            @contextmanager
            def ours() -> Iterator[tuple[int, int]]:
                port = free_port()
                given = {**environment, "PORT": str(port)}
                command = [PYTHON, "-m", "madoguchi.cli", "serve"]
                with serving(command, given, f"http://127.0.0.1:{port}/") as pid:
                    yield port, pid

            @contextmanager
            def peer() -> Iterator[tuple[int, int]]:
                port = free_port()
                command = [PYTHON, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
                command += ["--workers", "2", "--blocking-threads", "4"]
                command += ["bench.peer_intake:application"]
                with serving(command, peer_environment, f"http://127.0.0.1:{port}/api/docs") as pid:
                    yield port, pid

            filing, every = "/api/v1/procedures/bench-intake/filings", asked.file_every
            servers = {
                "ours": (ours, pieces(tokens, "ours", "/api/v1/files", filing, every)),
                "peer": (peer, pieces(tokens, "peer", "/api/files", "/api/filings", every)),
            }
            compare(kind, servers, asked)
        os.environ.pop("MADOGUCHI_DATABASE_URL", None)


def main() -> None:
    """Both databases, or one."""
    parser = ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--file-every", type=int, default=10, help="0: no files")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    asked = parser.parse_args()
    for kind in ("postgresql", "sqlite"):
        if asked.only in (None, kind):
            run(kind, asked)


if __name__ == "__main__":
    main()
