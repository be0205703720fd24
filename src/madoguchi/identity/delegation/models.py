"""The table of mandates."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.identity.delegation.rules import POWERS
from madoguchi.kernel.database import Base, Json, UtcDateTime


class Mandate(Base):
    """Mandate (委任): an organisation lets an agent, a person or an organisation, act for it.

    Its terms are never edited: a change is another mandate, so that what was true stays readable.
    `procedures` limits it to these ids; empty means all. `powers` are of `rules.POWERS`. The last
    day counts. An agent known by a mail address only has `agent_address`; `agent_person_id` is who
    accepted it. `asked`: the agent proposed it. `source_id` is the mandate it was passed on from
    (復委任). `members` are the people of an agent's organisation who may use it; None: all of them.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint(
            "(agent_organisation_id IS NULL)"
            " <> (agent_person_id IS NULL AND agent_address IS NULL)",
            name="one_agent",
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    agent_person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    agent_organisation_id: Mapped[str | None] = mapped_column(
        ForeignKey("organisation.id"), index=True
    )
    agent_address: Mapped[str | None] = mapped_column(String(320), index=True)
    procedures: Mapped[list[str]] = mapped_column(Json, default=list)
    powers: Mapped[list[str]] = mapped_column(Json, default=lambda: list(POWERS))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    may_sub_delegate: Mapped[bool] = mapped_column(default=False)
    source_id: Mapped[str | None] = mapped_column(ForeignKey("mandate.id"), index=True)
    asked: Mapped[bool] = mapped_column(default=False)
    members: Mapped[list[str] | None] = mapped_column(Json)
    tell_filings: Mapped[bool] = mapped_column(default=True)
    """Whether the principal is told of each filing."""
    proposed_by: Mapped[str] = mapped_column(String(120), default="")
    accepted_by: Mapped[str | None] = mapped_column(String(120))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_how: Mapped[str | None] = mapped_column(String(20))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was declined, taken back, withdrawn, given up or ended with its source."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
