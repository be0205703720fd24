"""The table of closings two officials decide."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, UtcDateTime


class OrganisationClosing(Base):
    """Closing by the office (窓口による終了) of an organisation: asked for by one official, settled by another.

    `outcome` is closed or withdrawn, NULL while the second official is waited for.
    """

    __tablename__ = "organisation_closing"
    __table_args__ = (
        CheckConstraint("settled_by <> asked_by OR outcome = 'withdrawn'", name="two"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(10))
