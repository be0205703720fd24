"""API types of identity."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class OrganisationView(BaseModel):
    """An organisation one acts for or may act for."""

    id: str
    name: str
    corporate_number: str | None
    agent: bool = Field(description="true: as its agent, by mandate")


class RoleView(BaseModel):
    """A role at an agency; it holds at the agencies below too."""

    agency: str
    role: str


class Me(BaseModel):
    """Who the caller is."""

    id: str
    name: str
    kind: str
    acting_for: OrganisationView | None
    may_act_for: list[OrganisationView]
    roles: list[RoleView]


class ProofView(BaseModel):
    """How a representative's proof stands (再確認)."""

    organisation: str
    state: str = Field(description="current, near (due within 60 days), due or lapsed")
    reason: str = Field(
        description="what the registry told: renamed, moved, succeeded, closed; empty: its age"
    )
    proved_at: datetime
    due_at: datetime | None
    lapses_at: datetime | None


class TokenRequest(BaseModel):
    """What a new token is called and how long it lives."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(max_length=200)
    days: int = Field(default=90, ge=1, le=365)


class TokenView(BaseModel):
    """A token as it is listed; its text is never shown again."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewToken(TokenView):
    """A token just made, with its text."""

    token: str
