"""gbizinfo-lod, which nobody here wrote, fetches our files and maps them all; on both databases."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.registry.activities.kinds import DOWNLOAD_SETS
from madoguchi.registry.activities.loading import load_activities
from tests.identity.provider.serving import listen
from tests.outside_clients import client_python
from tests.registry.activities.csv_files import as_file, finance, patent, subsidy, workplace
from tests.registry.activities.made import AT
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_corporations, make_app

PACKAGE = "gbizinfo-lod==0.2.2"


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of its environment."""
    return client_python(tmp_path_factory.mktemp("lod"), PACKAGE)


async def test_it_fetches_and_maps_every_file(
    database: Database, tmp_path: Path, python: str
) -> None:
    await add_corporations(database)
    one = {"ID-識別値": number(1), "キー情報": "k1", "法人活動-活動名称": "名"}
    rows = {
        "subsidy": [subsidy(1), subsidy(2)],
        "patent": [patent(1)],
        "finance": [finance(1)],
        "workplace": [workplace(2)],
    }
    for item in DOWNLOAD_SETS:
        path = as_file(tmp_path / f"{item.name}.csv", item.kind, rows.get(item.kind, [one]))
        await load_activities(database, fixed_clock(AT), path)
    folder = tmp_path / "fetched"
    folder.mkdir()
    server, address = await listen({"app": make_app(database)})
    async with server:
        asked = await asyncio.create_subprocess_exec(
            python,
            str(Path(__file__).with_name("lod_client.py")),
            address,
            str(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        answer, faults = await asyncio.wait_for(asked.communicate(), 120)
    assert asked.returncode == 0, faults.decode()[-3000:]
    assert json.loads(answer) == {
        "Kihonjoho_IMI": [2, 2],
        "TodokedeNinteijoho": [1, 1],
        "Hyoshojoho": [1, 1],
        "Hojokinjoho": [2, 2],
        "Chotatsujoho": [1, 1],
        "Tokkyojoho": [1, 1],
        "Zaimujoho": [1, 1],
        "Shokubajoho": [1, 1],
    }
