"""API types of webhooks, and the bodies that endpoints receive."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

EventType = Literal[
    "case.submitted",
    "case.corrected",
    "case.correction_requested",
    "case.state_changed",
    "case.decided",
    "case.withdrawn",
    "message.sent",
    "letter.issued",
    "payment.requested",
    "payment.paid",
    "payment.mismatched",
    "payment.expired",
    "payment.cancelled",
    "payment.refunded",
    "obligation.due",
    "obligation.overdue",
    "register.changed",
    "corporation.changed",
]


class CaseData(BaseModel):
    """Which case, and the state it is in now."""

    case_id: str
    procedure_id: str
    arrival_number: str
    state: str
    outcome: str | None = None


class MessageData(BaseModel):
    """Which message of the inbox; the case it is about, if any."""

    message_id: str
    case_id: str | None = None


class LetterData(BaseModel):
    """Which letter of which case."""

    case_id: str
    letter_id: str
    letter: str = Field(description="the letter's key in the package")


class PaymentData(BaseModel):
    """Which payment of which case, and its state now."""

    payment_id: str
    case_id: str
    state: str


class ObligationData(BaseModel):
    """Which duty, the earliest day it is due, and for how many things."""

    duty: str
    due_on: date
    count: int


class RegisterData(BaseModel):
    """Which registration of which register, and what was done to it."""

    register_name: str
    entry_id: str
    number: str
    action: str
    case_id: str | None = None


class CorporationData(BaseModel):
    """Whose public record, details or activities changed since the event before.

    Read `subject`, the feed of changes from there on, where `more` is true. `forgotten`: the log of
    changes does not reach back so far (after 14 days without a delivery); take a download anew.
    """

    corporate_numbers: list[str] = Field(
        max_length=1_000, description="of those watched, or of all"
    )
    more: bool
    forgotten: bool


class TestData(BaseModel):
    """Which endpoint is being tested."""

    webhook_id: str


DATA: dict[str, type[BaseModel]] = {
    "case": CaseData,
    "message": MessageData,
    "letter": LetterData,
    "payment": PaymentData,
    "obligation": ObligationData,
    "register": RegisterData,
    "corporation": CorporationData,
    "webhook": TestData,
}


class EventBody(BaseModel):
    """The body of every event: CloudEvents 1.0 in structured form. `data` is by its type."""

    specversion: Literal["1.0"]
    id: str = Field(description="also in the header webhook-id; the same when sent again")
    type: str
    source: str = Field(description="the installation's address")
    subject: str = Field(description="the API path of what it is about")
    time: datetime
    sequence: str = Field(description="the order number at this endpoint, from 1, without gaps")


class WebhookIn(BaseModel):
    """What an endpoint is to be."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(max_length=200)
    url: str = Field(max_length=1000)
    events: list[EventType] = Field(
        default=[],
        max_length=50,
        description="[] for all but corporation.changed, which must be named to be told",
    )
    corporations: list[str] = Field(
        default=[],
        max_length=5_000,
        description="corporate numbers of which corporation.changed tells, at most 1,000; [] for all",
    )
    agency: str | None = Field(
        default=None, max_length=60, description="an agency's endpoint; else the organisation's"
    )


class WebhookOut(BaseModel):
    """An endpoint as it stands; its secret is never shown again."""

    id: str
    label: str
    url: str
    events: list[str]
    corporations: list[str]
    organisation_id: str | None
    agency_id: str | None
    state: Literal["active", "disabled"]
    reason: str | None
    failures: int
    open_until: datetime | None = Field(description="resting after failures until then")
    old_secret_until: datetime | None
    created_at: datetime


class WebhookMade(WebhookOut):
    """An endpoint with its secret, shown this once."""

    secret: str


class AttemptOut(BaseModel):
    """One request, and what came back (the first 2,000 characters)."""

    at: datetime
    status: int | None
    fault: str | None
    milliseconds: int
    answer: str


class DeliveryOut(BaseModel):
    """One event for one endpoint."""

    id: str
    event_id: str
    type: str
    sequence: int
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None


class DeliveryDetail(DeliveryOut):
    """One event with the body as it is sent, and the latest attempts."""

    event: dict[str, Any]
    log: list[AttemptOut]


class ReplayIn(BaseModel):
    """From which moment on to send again."""

    model_config = ConfigDict(extra="forbid")

    since: datetime


class Replayed(BaseModel):
    """How many events are being sent again."""

    count: int
