"""gbizinfo-lod, which nobody here wrote, fetches our files and maps them all; on both databases."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.registry.activities.kinds import DOWNLOAD_SETS
from madoguchi.registry.activities.loading import load_activities
from tests.identity.provider.serving import listen
from tests.registry.activities.csv_files import as_file, finance, patent, subsidy, workplace
from tests.registry.activities.made import AT
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_corporations, make_app

PACKAGE = "gbizinfo-lod==0.2.2"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python of 3.12 or later with the package: MADOGUCHI_TEST_LOD_PYTHON, or one made here."""
    if given := os.environ.get("MADOGUCHI_TEST_LOD_PYTHON"):
        return given
    newer = next(filter(None, (shutil.which(f"python3.{minor}") for minor in (12, 13, 14))), None)
    if newer is None:
        pytest.skip(f"{PACKAGE} needs a Python of 3.12 or later, and none is installed")
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    folder = tmp_path_factory.mktemp("lod")
    made = str(folder / "env" / "bin" / "python")
    for command in (
        [uv, "venv", "-q", "--python", newer, str(folder / "env")],
        [uv, "pip", "install", "-q", "--python", made, PACKAGE],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        if done.returncode:
            pytest.skip(f"{PACKAGE} cannot be installed here: {done.stderr[-300:]}")
    return made


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
