"""Backup and restore (バックアップ・復元) of a running installation: database, files, log, keys.

The log is copied before the database, so that a restored log is never ahead of its database; files
are copied after it, so that every file a row names is there. `manifest.json` is written last: a
folder without it is no backup.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.durable import sync, write_whole
from madoguchi.kernel.errors import DomainError
from madoguchi.settings import Settings

MANIFEST = "manifest.json"
DATABASE = "database"


class BackupError(DomainError):
    """A backup cannot be made or restored (バックアップの誤り)."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: kind of database, hash of its dump, how many files, size of the log."""

    made_at: str
    kind: str
    database_sha256: str
    blobs: int
    log_size: int


def backup(settings: Settings, folder: Path, at: datetime) -> Manifest:
    """Copy a running installation into a folder; files already there from an earlier one stay.

    BackupError when the database's own tool fails. The folder's old manifest goes first and the
    new one comes last, so that a backup that broke off is not taken for a whole one.
    """
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    size = _copy_log(settings.log_folder, folder / "log")
    dump = folder / DATABASE
    kind = _kind(settings)
    (_dump_sqlite if kind == "sqlite" else _dump_postgres)(settings.url, dump)
    count = sum(_copy_blob(path, folder / "blobs") for path in _blobs(settings.blob_folder))
    if (settings.home / "secret-key").is_file():
        _copy(settings.home / "secret-key", folder / "secret-key")
    _copy_keys(settings.provider_folder, folder / "provider")
    manifest = Manifest(at.isoformat(), kind, _sha256(dump), count, size)
    write_whole(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    sync(folder)
    return manifest


def restore(settings: Settings, folder: Path) -> Manifest:
    """Bring a backup back into an empty home (and an empty PostgreSQL database). BackupError.

    Nothing that exists is overwritten. Afterwards `doctor` says whether all of it is whole.
    """
    manifest = _read_manifest(folder)
    if manifest.kind != _kind(settings):
        raise _refused(
            f"このバックアップは{manifest.kind}のものです。",
            f"This is a backup of {manifest.kind}: name a database of that kind.",
        )
    if _sha256(folder / DATABASE) != manifest.database_sha256:
        raise _refused("データベースの写しが壊れています。", "The copy of the database is damaged.")
    settings.home.mkdir(parents=True, exist_ok=True)
    if any(settings.home.iterdir()):
        raise _refused(
            f"復元先の{settings.home}が空ではありません。", f"{settings.home} is not empty."
        )
    if manifest.kind == "sqlite":
        _copy(folder / DATABASE, Path(make_url(settings.url).database or ""))
    else:
        _restore_postgres(settings.url, folder / DATABASE)
    for path in _blobs(folder / "blobs"):
        _copy_blob(path, settings.blob_folder)
    _copy_log(folder / "log", settings.log_folder)
    if (folder / "secret-key").is_file():
        _copy(folder / "secret-key", settings.home / "secret-key", 0o600)
    _copy_keys(folder / "provider", settings.provider_folder)
    return manifest


def _kind(settings: Settings) -> str:
    return "sqlite" if settings.url.startswith("sqlite") else "postgresql"


def _read_manifest(folder: Path) -> Manifest:
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise _refused(
            f"{folder}に完成したバックアップがありません。", f"{folder} holds no finished backup."
        ) from None


def _dump_sqlite(url: str, target: Path) -> None:
    """SQLite's online backup: page by page, beside a running writer."""
    temporary = target.with_name(f"{target.name}.new")
    temporary.unlink(missing_ok=True)
    source = f"file:{make_url(url).database}?mode=ro"
    with (
        closing(sqlite3.connect(source, uri=True)) as running,
        closing(sqlite3.connect(temporary)) as copy,
    ):
        running.backup(copy, pages=2000, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")
    sync(temporary)
    os.replace(temporary, target)


def _dump_postgres(url: str, target: Path) -> None:
    temporary = target.with_name(f"{target.name}.new")
    _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={temporary}")
    sync(temporary)
    os.replace(temporary, target)


def _restore_postgres(url: str, dump: Path) -> None:
    name = make_url(url).database or ""
    _run(
        "pg_restore",
        url,
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        f"--dbname={name}",
        str(dump),
    )


def _run(tool: str, url: str, *options: str) -> None:
    """One of PostgreSQL's tools; where and as whom goes by the environment, out of sight of ps."""
    program = shutil.which(tool)
    if program is None:
        raise _refused(f"{tool} がありません。", f"{tool} is not installed.")
    parsed = make_url(url)
    found = {
        "PGHOST": parsed.host,
        "PGPORT": str(parsed.port) if parsed.port else None,
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password,
        "PGDATABASE": parsed.database,
    }
    environment = {**os.environ, **{name: value for name, value in found.items() if value}}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
        [program, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _refused(
            f"{tool} が失敗しました: {done.stderr[-500:]}", f"{tool} failed: {done.stderr[-500:]}"
        )


def _copy_log(source: Path, target: Path) -> int:
    """Copy the log: its checkpoint as it is first read, then the tiles it needs; its size."""
    if not (source / "key").is_file():
        return 0
    checkpoint = source / "checkpoint"
    signed = checkpoint.read_bytes() if checkpoint.is_file() else b""
    for path in sorted((source / "tile").rglob("*")):
        place = target / path.relative_to(source)
        if path.is_file() and not path.name.startswith(".") and not place.exists():
            _copy(path, place)
    for name in ("origin", "key"):
        _copy(source / name, target / name, 0o600)
    if signed:
        write_whole(target / "checkpoint", signed)
    return int(signed.split(b"\n")[1]) if signed else 0


def _blobs(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("??/??/*")):
        if len(path.name) == 64:
            yield path


def _copy_keys(source: Path, target: Path) -> None:
    """The OpenID provider's keys, where there are any."""
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(path, place, 0o600)


def _copy_blob(path: Path, folder: Path) -> int:
    """Copy a file under its hash, unless it is there; 1. BackupError when it is damaged."""
    target = BlobStore.place(folder, path.name)
    if not target.is_file():
        if _sha256(path) != path.name:
            raise _refused(f"ファイル{path.name}が壊れています。", f"File {path.name} is damaged.")
        _copy(path, target, 0o440)
    return 1


def _copy(source: Path, target: Path, mode: int | None = None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, temporary)
    if mode is not None:
        temporary.chmod(mode)
    sync(temporary)
    os.replace(temporary, target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(ja: str, en: str) -> BackupError:
    return BackupError("backup_refused", 409, {"ja": ja, "en": en})
