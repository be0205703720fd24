"""Taking in a file (受領): spool it within its size limit, look inside, only then keep it."""

import tempfile
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.inspect.kinds import DEFAULT_ACCEPT, KINDS
from madoguchi.documents.inspect.names import clean_name
from madoguchi.documents.inspect.verdict import Verdict
from madoguchi.documents.refusals import Refusal, refused
from madoguchi.kernel import blobs
from madoguchi.kernel.blobs import BlobTooLarge, Spooled

_SECONDS = 60.0
_FILES_PER_CHILD = 4_000
_crew = Crew("madoguchi.documents.inspect.child", size=2, seconds=_SECONDS, most=_FILES_PER_CHILD)


@dataclass(frozen=True)
class Accept:
    """What a place for files takes: kinds as packages name them, and the most megabytes a file."""

    kinds: tuple[str, ...] = DEFAULT_ACCEPT
    max_mb: int = 20

    @property
    def limit(self) -> int:
        """The most bytes; a megabyte is 1,048,576 bytes, as people's file managers count."""
        return self.max_mb << 20


ANY = Accept(tuple(KINDS), 200)  # until it is known where a file will be attached


async def spool(
    stream: AsyncIterable[bytes] | bytes, name: str, accept: Accept, folder: Path | None
) -> Spooled:
    """Write the stream to a temporary file, refusing while it flows once it passes the limit.

    `folder`: that for what comes in of the store, which is cleared of what a crash leaves there.
    """
    try:
        spooled = await blobs.spool(folder or Path(tempfile.gettempdir()), stream, accept.limit)
    except BlobTooLarge as fault:
        raise refused(Refusal("file_too_large", limit=accept.max_mb), clean_name(name)) from fault
    if spooled.blob.size == 0:
        spooled.discard()
        raise refused(Refusal("file_empty"), clean_name(name))
    return spooled


async def judge(path: Path, name: str, accept: Accept) -> Verdict:
    """The verdict on a spooled file, from another process. Raises DocumentError."""
    try:
        (found,) = await judge_all([(path, name)], accept)
    except CrewError as fault:
        raise refused(Refusal("inspection_failed"), clean_name(name)) from fault
    if isinstance(found, Refusal):
        raise refused(found, clean_name(name))
    return found


async def judge_all(
    files: Sequence[tuple[Path, str]], accept: Accept, seconds: float = _SECONDS
) -> list[Verdict | Refusal]:
    """The verdicts on spooled files (path, name), in their order, by one other process.

    CrewError when it broke down or took longer than `seconds`: any of the files may be why.
    """
    named = [{"path": str(path), "name": name} for path, name in files]
    order = {"files": named, "accept": list(accept.kinds)}
    answer, _ = await _crew.do(order, seconds=seconds, weight=len(files))
    return [
        Verdict(**found["verdict"])
        if "verdict" in found
        else Refusal(found["refused"], **found["params"])
        for found in answer["files"]
    ]
