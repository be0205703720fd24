"""An edition (版) of the dumps: the files that stand in place, as its manifest tells them."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from madoguchi.registry.linked.snapshot import current

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name, media type, whether it is compressed, what it holds."""

    name: str
    media: str
    ja: str
    en: str
    compressed: bool = True


KINDS = (
    Kind(
        "corporations.csv.gz", "text/csv", "法人の基本情報（CSV）", "Records of corporations (CSV)"
    ),
    Kind(
        "corporations.parquet",
        "application/vnd.apache.parquet",
        "法人の基本情報（Parquet）",
        "Records of corporations (Parquet)",
        compressed=False,
    ),
    Kind(
        "registry.nq.gz",
        "application/n-quads",
        "基本情報と活動情報（N-Quads、名前付きグラフ）",
        "Records and activities (N-Quads, named graphs)",
    ),
    Kind(
        "registry.ttl.gz",
        "text/turtle",
        "基本情報と活動情報（Turtle）",
        "Records and activities (Turtle)",
    ),
    Kind(
        "registry.jsonld.gz",
        "application/ld+json",
        "基本情報と活動情報（JSON-LD）",
        "Records and activities (JSON-LD)",
    ),
)


@dataclass(frozen=True)
class DumpFile:
    """A file of an edition: its bytes on the disk and their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return next(kind for kind in KINDS if kind.name == self.name)


@dataclass(frozen=True)
class Edition:
    """The files of an edition, and the day (JST) it was made."""

    folder: Path
    made_on: date
    corporations: int
    files: tuple[DumpFile, ...]

    def file(self, name: str) -> DumpFile | None:
        """The file of a name; None for any other name."""
        return next((one for one in self.files if one.name == name), None)


def write_manifest(edition: Edition) -> None:
    """Write what an edition holds, and its checksums as `sha256sum -c` reads them."""
    content = {
        "made_on": edition.made_on.isoformat(),
        "corporations": edition.corporations,
        "files": [asdict(one) for one in edition.files],
    }
    (edition.folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    lines = [f"{one.sha256}  {one.name}\n" for one in edition.files]
    (edition.folder / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def edition_in_place(root: Path) -> Edition | None:
    """The edition that stands in place; None before the first."""
    folder = current(root)
    if folder is None:
        return None
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError:
        return None
    return Edition(
        folder,
        date.fromisoformat(content["made_on"]),
        content["corporations"],
        tuple(DumpFile(**one) for one in content["files"]),
    )
