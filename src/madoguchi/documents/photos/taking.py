"""Taking in a photograph (写真の受領): looked into as any file, then drawn anew in another process."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from madoguchi.documents import intake
from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.inspect.names import clean_name
from madoguchi.documents.intake import Accept
from madoguchi.documents.refusals import Refusal, refused

PHOTO = Accept(("jpeg", "png"), 20)
_SECONDS = 60.0
_crew = Crew("madoguchi.documents.photos.child", size=1, seconds=_SECONDS)


@dataclass(frozen=True)
class Photo:
    """A developed photograph (JPEG), and what is noted of the file that came."""

    content: bytes
    name: str
    width: int
    height: int
    original_sha256: str
    original_size: int
    taken_at: str | None
    located: bool


async def take(
    stream: AsyncIterable[bytes] | bytes, name: str, folder: Path | None = None
) -> Photo:
    """Check and develop one picture, in `folder`. DocumentError 413, 422: refused, with what to do."""
    spooled = await intake.spool(stream, name, PHOTO, folder)
    try:
        verdict = await intake.judge(spooled.path, name, PHOTO)
        answer, content = await _crew.do({"path": str(spooled.path)})
    except CrewError as fault:
        raise refused(Refusal("broken"), clean_name(name)) from fault
    finally:
        spooled.discard()
    if "refused" in answer:
        raise refused(Refusal(answer["refused"], limit=answer["limit"]), clean_name(name))
    return Photo(
        content=content,
        name=f"{PurePosixPath(verdict.name).stem[:190]}.jpg",
        width=answer["width"],
        height=answer["height"],
        original_sha256=spooled.blob.sha256,
        original_size=spooled.blob.size,
        taken_at=answer["taken_at"],
        located=answer["located"],
    )
