"""`madoguchi registry load|synthesise`: how it ends when it cannot do what it was asked."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from madoguchi.cli import app
from madoguchi.kernel.database import DatabaseBusy

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own."""
    monkeypatch.setenv("MADOGUCHI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MADOGUCHI_DATABASE_URL", raising=False)
    return tmp_path


def refused(*words: str) -> str:
    """What a command says that ends with 1 by its own will, not by a fault of ours."""
    done = RUNNER.invoke(app, ["registry", *words])
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    return done.output


@pytest.mark.parametrize("name", ["cut.zip", "cut.parquet"])
def test_a_damaged_file_is_told_in_a_line(home: Path, name: str) -> None:
    file = home / name
    file.write_bytes(b"PK\x03\x04 and no more")
    assert f"{name}: the " in refused("load", str(file))


@pytest.mark.parametrize("text", ["", "something else\n"])
def test_a_file_without_one_corporation_is_no_success(home: Path, text: str) -> None:
    file = home / "other.csv"
    file.write_text(text)
    assert "0 corporations loaded in " in refused("load", str(file))


def test_a_busy_database_is_told_in_a_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object) -> None:
        raise DatabaseBusy

    monkeypatch.setattr("madoguchi.installation.corporations.load_file", busy)
    file = home / "all.csv"
    file.write_text("")
    assert "The service is busy." in refused("load", str(file))


@pytest.mark.parametrize("option", [(), ("--twins",)])
def test_there_must_be_a_folder_to_write_to(home: Path, option: tuple[str, ...]) -> None:
    nowhere, here = str(home / "nowhere" / "x.csv"), str(home / "x.csv")
    words = ["registry", "synthesise", "3", here if option else nowhere]
    done = RUNNER.invoke(app, [*words, *option, *([nowhere] if option else [])])
    assert done.exit_code == 2
    assert "there is no folder" in done.output
    assert not Path(here).exists()
