"""Verifiers others wrote agree: aics-tlog on the files of the log, `openssl ts` on a time-stamp."""

import shutil
import subprocess
from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from madoguchi.kernel.transparency import Log, LogError, open_log, sequence
from madoguchi.kernel.transparency.timestamping import Ask, timestamp
from tests.kernel.transparency.test_log import write
from tests.outside_clients import client_python

AICS = """
import sys
from aics_tlog import *
from aics_tlog.tiles import FileSystemTileReader
folder, key = sys.argv[1:]
note = parse_note(open(folder + "/checkpoint", encoding="utf-8").read())
assert verify_checkpoint(note, parse_vkey(key)).ok
state = parse_checkpoint(note.text)
tiles = FileSystemTileReader(folder)
assert tree_root_from_tiles(tiles, state.size) == state.root
audit_tiles(tiles, state.size, state.root, entries=False)
for index in (0, 255, 256, state.size - 1):
    path = inclusion_proof_from_tiles(tiles, index, state.size)
    held = min(256, state.size - index // 256 * 256)
    tile = tiles.read_tile(0, index // 256, held if held < 256 else None)
    assert verify_inclusion(tile[index % 256 * 32 :][:32], index, state.size, path, state.root)
growth = consistency_proof_from_tiles(tiles, 256, state.size)
old = tree_root_from_tiles(tiles, 256, tile_size=state.size)
assert verify_consistency(256, state.size, old, state.root, growth)
print("agrees", state.size)
"""
TSA = """
[tsa]
default_tsa = own
[own]
dir = {folder}
serial = $dir/serial
crypto_device = builtin
signer_cert = $dir/tsa.pem
certs = $dir/tsa.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
"""


@pytest.fixture(scope="module")
def aics(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment with the verifier."""
    return client_python(tmp_path_factory.mktemp("aics"), "aics-tlog==0.2.1")


async def test_aics_tlog_agrees(database: Database, tmp_path: Path, aics: str) -> None:
    log = open_log(tmp_path / "log", "madoguchi.example/log")
    await write(database, 600)
    await sequence(database, log)
    done = subprocess.run(
        [aics, "-c", AICS, str(log.folder), str(log.key)], capture_output=True, text=True
    )
    assert done.stdout.endswith("agrees 600\n"), done.stderr


def openssl(*words: str | Path) -> bytes:
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A time-stamping authority of openssl's own."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder))
    (folder / "serial").write_text("01\n")
    (folder / "ext.cnf").write_text("extendedKeyUsage=critical,timeStamping\n")
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    openssl(*new, "/CN=CA", "-x509", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    openssl(*new, "/CN=TSA", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    signed_by = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial")
    openssl(
        *("x509", "-req", "-in", folder / "tsa.csr", *signed_by),
        *("-extfile", folder / "ext.cnf", "-out", folder / "tsa.pem"),
    )
    return folder


def asking(folder: Path) -> Ask:
    async def ask(request: bytes) -> bytes:
        (folder / "query").write_bytes(request)
        return openssl(
            "ts", "-reply", "-config", folder / "tsa.cnf", "-queryfile", folder / "query"
        )

    return ask


async def test_openssl_checks_the_stamp(
    database: Database, tmp_path: Path, authority: Path
) -> None:
    log: Log = open_log(tmp_path / "log", "madoguchi.example/log")
    async with database.session() as session:
        with pytest.raises(LogError, match="log_empty"):
            await timestamp(session, log, "local", asking(authority))
        await session.rollback()
    await write(database, 3)
    await sequence(database, log)
    async with database.session() as session:
        stamped = await timestamp(session, log, "local", asking(authority))
        await session.commit()
        for answer in (b"", b"echo"):

            async def ask(content: bytes, answer: bytes = answer) -> bytes:
                return content if answer == b"echo" else answer

            with pytest.raises(LogError, match="timestamp_failed"):
                await timestamp(session, log, "local", ask)
    assert stamped.token is not None
    (tmp_path / "token").write_bytes(stamped.token)
    checked = openssl(
        *("ts", "-verify", "-data", log.folder / "checkpoint", "-in", tmp_path / "token"),
        *("-CAfile", authority / "ca.pem", "-untrusted", authority / "tsa.pem"),
    )
    assert checked == b"" or b"OK" in checked
