"""The API as its own description promises it: whatever is sent, nothing breaks inside."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr

from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.installation.demo.fill import packages_folder
from madoguchi.installation.publishing import opened, publish_all
from madoguchi.kernel.clock import system_clock
from madoguchi.settings import Settings

EXAMPLES = 4
tokens: dict[str, str] = {}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with every package published and two people: an applicant and an official."""
    home = tmp_path_factory.mktemp("api")
    tokens.update(asyncio.run(_prepare(Settings(home=home, secret=SecretStr("x" * 40)))))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MADOGUCHI_HOME": str(home), "PORT": str(port)}
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "madoguchi.cli", "serve"],
        env={**environment, "MADOGUCHI_SECRET": "x" * 40},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield _answering(f"http://127.0.0.1:{port}", home / "server.log")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        log.close()


def test_nothing_sent_to_the_api_breaks_it(address: str) -> None:
    described = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    broken: dict[str, str] = {}
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()
        tried += 1

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def send(case: schemathesis.Case) -> None:
            for who in ("applicant", "official", "nobody"):
                headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
                answer = case.call(headers=headers)
                if answer.status_code >= 500:
                    broken[case.operation.label] = (
                        f"{who}: {answer.status_code} {answer.text[:300]}"
                    )

        send()
    assert tried > 30
    assert not broken


async def _prepare(settings: Settings) -> dict[str, str]:
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        await publish_all(session, packages_folder(), "test", system_clock)
        company = await identity.add_organisation(session, system_clock, name="試験株式会社")
        made = {}
        for who in ("applicant", "official"):
            person = await identity.add_person(session, system_clock, name=who)
            if who == "applicant":
                await identity.add_member(session, person.id, company.id)
            else:
                for role in ("examiner", "approver", "manager", "administrator"):
                    await identity.grant_role(
                        session, system_clock, person.id, "meti", role, by="test"
                    )
            actor = Actor(id=person.id, name=who, kind=who)
            _, made[who] = await identity.issue_token(session, system_clock, actor, "test")
        await session.commit()
    return made


def _answering(address: str, log: Path) -> str:
    for _ in range(300):
        try:
            with urlopen(f"{address}/api/openapi.json", timeout=5):
                return address
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])
