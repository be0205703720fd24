"""The table of documents: who holds which content; the content itself lies in the blob store."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, UtcDateTime

SCAN_STATES = ("unscanned", "quarantine", "clean", "infected")


class Document(Base):
    """Document (文書): a file somebody attached, or a letter made for somebody.

    `scan_state`: unscanned 未検査 (no scanner is set up), quarantine 検査待ち, clean 問題なし,
    infected 感染. Content in quarantine or infected is not handed out.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint(
            "scan_state IN ('unscanned', 'quarantine', 'clean', 'infected')", name="scan_state"
        ),
        Index("ix_document_received", "received_at", "id"),
        Index(None, "owner_person", "received_at"),
        Index(None, "owner_organisation", "received_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), info={BLOB: True}, index=True)
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(100))
    scan_state: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owner_person: Mapped[str | None] = mapped_column(String(26))
    owner_organisation: Mapped[str | None] = mapped_column(String(26))
