"""What others say of our checkpoints."""

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import APPEND_ONLY, Base, UtcDateTime

COSIGNED = "cosigned"
TIMESTAMPED = "timestamped"


class Attestation(Base):
    """A witness's cosignature or a time-stamp (RFC 3161) of one checkpoint (第三者による証明).

    `note` is the checkpoint with the signatures it had; `token` the DER of a time-stamp token.
    """

    __tablename__ = "checkpoint_attestation"
    __table_args__ = (
        UniqueConstraint("kind", "signer", "size"),
        {"info": {APPEND_ONLY: ()}},
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    signer: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
