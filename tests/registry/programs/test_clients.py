"""Clients nobody here wrote, each in an environment of its own, ask over HTTP; on both databases."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from madoguchi.kernel.database import Database
from tests.identity.provider.serving import listen
from tests.outside_clients import client_python
from tests.registry.corporations.records import number
from tests.registry.programs.site import ACTIVITIES, KEY
from tests.registry.programs.test_searching import filled

HERE = Path(__file__).parent / "clients"
ONE = number(1)


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes the environment of one package, once; gives its Python."""

    @cache
    def environment(package: str) -> str:
        return client_python(tmp_path_factory.mktemp("client"), package)

    return environment


async def told(database: Database, tmp_path: Path, python: str, script: str) -> Any:
    """What a client's script prints, asking our service."""
    server, address = await listen({"app": await filled(database, tmp_path)})
    async with server:
        asked = await asyncio.create_subprocess_exec(
            python, str(HERE / script), address, KEY, ONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )  # fmt: skip
        answer, faults = await asyncio.wait_for(asked.communicate(), 120)
    assert asked.returncode == 0, faults.decode()[-3000:]
    return json.loads(answer)


async def test_gbizinfo_reads_version_2(
    database: Database, tmp_path: Path, environments: Callable[[str], str]
) -> None:
    python = await asyncio.to_thread(environments, "gbizinfo==0.1.1")
    heard = await told(database, tmp_path, python, "gbizinfo_v2.py")
    fit = sorted(number(serial) for serial in (1, 2, 5, 6, 7))
    assert heard["search"] == heard["pages"] == heard["update"] == fit
    assert (heard["name"], heard["capital_stock"]) == ("株式会社みなと化学", 30_000_000)
    assert heard["source"] == "国税庁法人番号公表サイト"
    for row in ACTIVITIES:
        kind = row["kind"]
        assert heard[f"update_{kind}"] == (2 if kind == "subsidy" else 1), kind
    assert heard["procurement"]["procurement"][0]["amount"] == 1_200_000
    assert heard["subsidy"]["subsidy"][0]["amount"] == "5000000"
    assert heard["corporation"]["corporation-info"][0]["corporation_name"] == "横浜工場"
    assert heard["workplace"]["workplace_info"]["base_infos"]["average_age"] == 41.5
    assert "NotFound" in heard["unknown"]
    assert "Unauthorized" in heard["wrong_key"]


async def test_japan_corporate_mcp_reads_version_1(
    database: Database, tmp_path: Path, environments: Callable[[str], str]
) -> None:
    python = await asyncio.to_thread(environments, "japan-corporate-mcp==0.1.0")
    heard = await told(database, tmp_path, python, "corporate_mcp_v1.py")
    assert len(heard["search"]["hojin-infos"]) == 5
    (info,) = heard["info"]["hojin-infos"]
    assert (info["kana"], info["number_of_activity"]) == ("みなとかがく", "8")
    assert heard["finance"]["hojin-infos"][0]["finance"]["management_index"][0]["period"] == "当期"
    assert heard["patent"]["hojin-infos"][0]["patent"][0]["application_number"] == "2017151696"
    assert heard["subsidy"]["hojin-infos"][0]["subsidy"][0]["amount"] == "5000000"
    assert heard["procurement"]["hojin-infos"][0]["procurement"][0]["joint_signatures"] == ["乙社"]
