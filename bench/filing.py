"""Filing over HTTP: our whole use case beside a plain django-ninja + ORM endpoint, in turn.

Ours evaluates all rules, writes draft, case, journal, message, jobs and idempotency key in one
durable transaction and answers with a receipt. The peer checks the same JSON Schema and inserts
one row. Both on SQLite (WAL, synced at every commit), one process, the same client.
Also: saving one page of a 1,000-field form, and the server's memory at rest.
"""

import asyncio
import json
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from uuid import uuid4

import httpx

from bench.forms import answers, form, form_text
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.procedures import service as procedures
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.json_schema import json_schema
from madoguchi.procedures.package.scope import Environment
from madoguchi.settings import Settings

FIELDS = 60
ROUNDS, EACH, CONCURRENT = 5, 60, 8


async def prepare(settings: Settings) -> str:
    """An installation with the bench forms and one applicant; gives the applicant's token."""
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        big = form_text(1000, pages=20).replace("id: bench-form", "id: bench-big")
        for text in (form_text(FIELDS), big):
            await procedures.publish(
                session, {"procedure.yaml": text}, "v1", actor="bench", clock=system_clock
            )
        company = await identity.add_organisation(session, system_clock, name="測定株式会社")
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
        await session.commit()
    return token


async def burst(
    client: httpx.AsyncClient, url: str, body: dict[str, object], count: int
) -> list[float]:
    """Post `count` times, a few at once; the latency of each in ms."""
    gate, times = asyncio.Semaphore(CONCURRENT), []

    async def one() -> None:
        async with gate:
            start = time.perf_counter()
            answer = await client.post(url, json=body, headers={"Idempotency-Key": uuid4().hex})
            times.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 201, answer.text[:300]

    await asyncio.gather(*(one() for _ in range(count)))
    return times


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[18]


async def compare(ours: str, peer: str, token: str) -> None:
    """The two in turn, round by round; ratios of the medians of the rounds."""
    package = form(FIELDS)
    today = date.today()
    data = evaluate(package, answers(FIELDS), {}, Environment(today, today)).data
    body = {"data": data}
    rates: dict[str, list[float]] = {"ours": [], "peer": []}
    latencies: dict[str, list[float]] = {"ours": [], "peer": []}
    async with (
        httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as us,
        httpx.AsyncClient(timeout=60) as them,
    ):
        targets = {
            "ours": (us, f"{ours}/api/v1/procedures/bench-form/filings"),
            "peer": (them, f"{peer}/api/filings"),
        }
        for client, url in targets.values():
            await burst(client, url, body, 20)
        for _ in range(ROUNDS):
            for name, (client, url) in targets.items():
                start = time.perf_counter()
                latencies[name] += await burst(client, url, body, EACH)
                rates[name].append(EACH / (time.perf_counter() - start))
    for name in rates:
        print(
            f"  {name:5} {statistics.median(rates[name]):7.0f} filings/s   p50 {statistics.median(latencies[name]):6.1f} ms"
            f"   p95 {p95(latencies[name]):6.1f} ms"
        )
    print(
        f"  ratio ours/peer {statistics.median(rates['ours']) / statistics.median(rates['peer']):.2f}"
    )


async def save_pages(ours: str, token: str) -> None:
    """Save one page of a 1,000-field draft, over and over."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        made = await client.post(f"{ours}/api/v1/drafts", json={"procedure_id": "bench-big"})
        assert made.status_code == 201, made.text
        draft = made.json()
        everything = answers(1000)
        url = f"{ours}/api/v1/drafts/{draft['id']}"
        revision, times = draft["revision"], []
        for n in range(60):
            everything["f0"] = f"変更 {n}"
            start = time.perf_counter()
            answer = await client.put(
                url, json={"entered": everything}, headers={"If-Match": f'"{revision}"'}
            )
            times.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, answer.text[:300]
            revision = answer.json()["revision"]
    print(
        f"  1,000-field draft saved and judged: p50 {statistics.median(times):.0f} ms, p95 {p95(times):.0f} ms"
    )


def main() -> None:
    """Start both servers, compare, print memory."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "ours"
        settings = Settings(home=home)
        token = asyncio.run(prepare(settings))
        schema = Path(folder) / "schema.json"
        schema.write_text(json.dumps(json_schema(form(FIELDS))), encoding="utf-8")
        peer_env = {"PEER_DATABASE": f"{folder}/peer.db", "PEER_SCHEMA": str(schema)}
        import os
        import subprocess

        subprocess.run(
            [PYTHON, "-c", "from bench import peer_ninja; peer_ninja.make_tables()"],
            env={**os.environ, **peer_env},
            check=True,
        )
        port, peer_port = free_port(), free_port()
        ours_env = {"MADOGUCHI_HOME": str(home), "PORT": str(port)}
        granian = [PYTHON, "-m", "granian", "--interface", "wsgi", "--port", str(peer_port)]
        ours, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
        with (
            serving([PYTHON, "-m", "madoguchi.cli", "serve"], ours_env, f"{ours}/") as pid,
            serving(
                [*granian, "bench.peer_ninja:application"], peer_env, f"{peer}/api/openapi.json"
            ),
        ):
            print(
                f"filing: {FIELDS} fields over HTTP, {ROUNDS}×{EACH} each in turn, {CONCURRENT} at once, SQLite"
            )
            print(f"  memory at rest: {resident_mb(pid):.0f} MB (server and its children)")
            asyncio.run(compare(ours, peer, token))
            asyncio.run(save_pages(ours, token))
            print(f"  memory afterwards: {resident_mb(pid):.0f} MB")


if __name__ == "__main__":
    main()
