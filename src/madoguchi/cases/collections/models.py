"""The table of editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime

WAITING, DONE, FAILED = "waiting", "done", "failed"
ID = String(26)


class CollectionEdition(Base):
    """Edition of a collection (取りまとめの版): what was frozen for a period, and the file made of it.

    `collection` is "procedure/name", `digest` the version of the package whose rules made it.
    `rows` and `lines` are plain JSON; `filings` is [[arrival number, content hash]] of what went in;
    `missing` counts what was not there: {"duties", "pending", "contradictions"}. `content_hash`
    names rows, lines and filings. `reason`: why it was made though something was missing, or again.
    `problem`: what made the file invalid. An edition is never changed; a correction makes the next.
    """

    __tablename__ = "collection_edition"
    __table_args__ = (
        Index("uq_collection_edition", "collection", "period", "edition", unique=True),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    collection: Mapped[str] = mapped_column(String(130))
    period: Mapped[str] = mapped_column(String(20))
    edition: Mapped[int]
    digest: Mapped[str] = mapped_column(String(80))
    agency_id: Mapped[str] = mapped_column(String(64))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    filings: Mapped[list[list[str]]] = mapped_column(Json)
    missing: Mapped[dict[str, int]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(ID)
    made_name: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    problem: Mapped[list[str] | None] = mapped_column(Json)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True})
    size: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
