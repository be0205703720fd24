"""All tables (全テーブル), for what must know every one of them: migrating, looking over, copying."""

import importlib
from pathlib import Path

import madoguchi


def load_models() -> None:
    """Import every models.py, so that Base.metadata is complete.

    By file name, not by walking the packages, which would import all of them: a server that
    starts anew after a crash waits for this.
    """
    source = Path(madoguchi.__path__[0])
    for found in sorted(source.rglob("models.py")):
        parts = found.relative_to(source).with_suffix("").parts
        importlib.import_module(".".join(("madoguchi", *parts)))
