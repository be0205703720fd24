"""API types of licence ledgers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from madoguchi.cases.crosscase.amounts import amount_of
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine, LedgerUse
from madoguchi.cases.ledgers.reading import View
from madoguchi.cases.ledgers.rules import MOST_DETAILS, MOST_PARTS, Amount, Endorsing
from madoguchi.kernel.clock import JST

Exact = Annotated[Decimal, Field(max_digits=28, decimal_places=9, allow_inf_nan=False)]


class AmountIn(BaseModel):
    """How much of which item of a ledger."""

    model_config = ConfigDict(extra="forbid")
    ledger: str = Field(max_length=64)
    item: str = Field(default="", max_length=100, description="empty where there are no items")
    amount: Exact

    def plain(self) -> Amount:
        """As the service takes it."""
        return Amount(self.ledger, self.item, self.amount)


Amounts = Annotated[list[AmountIn], Field(min_length=1, max_length=MOST_PARTS)]


class UseIn(BaseModel):
    """A use to record (裏書登録)."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["reserved", "used"] = Field(default="used", description="reserved: 仮の裏書")
    reference: str = Field(max_length=200, description="the number of the declaration (申告番号)")
    on: date = Field(description="the day that counts for the validity of the registration")
    amounts: Amounts
    details: dict[str, str] = Field(default={}, max_length=MOST_DETAILS)
    expires_at: datetime | None = None

    def plain(self) -> Endorsing:
        """As the service takes it; a moment without zone is Japan's."""
        ends = self.expires_at
        return Endorsing(
            self.reference,
            self.on,
            [item.plain() for item in self.amounts],
            self.state == "reserved",
            self.details,
            ends.replace(tzinfo=JST) if ends is not None and ends.tzinfo is None else ends,
        )


class FinalIn(BaseModel):
    """What was used in fact; left out: what was reserved."""

    model_config = ConfigDict(extra="forbid")
    amounts: Amounts | None = None


class ReleaseIn(BaseModel):
    """Why a use is cancelled."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=4000)


class CorrectIn(ReleaseIn):
    """The right amounts of a use, and why."""

    amounts: Amounts


class AccountOut(BaseModel):
    """One item of a ledger; amounts are decimal texts."""

    ledger: str
    title: dict[str, str]
    item: str
    item_label: str
    unit: dict[str, str] | None
    opening: str
    allowed: str = Field(description="the opening and its tolerance")
    used: str
    reserved: str
    remaining: str


class LedgerOut(BaseModel):
    """A registration with what is left of it (残高)."""

    entry: str
    register_name: str = Field(alias="register")
    number: str
    holder: str
    status: str = Field(description="valid | coming | expired | closed | … today")
    valid_from: date
    valid_to: date | None = Field(description="the first day on which it is no longer valid")
    accounts: list[AccountOut]

    model_config = ConfigDict(populate_by_name=True)


class UseOut(BaseModel):
    """A use of a registration (裏書)."""

    id: str
    entry: str
    state: str = Field(description="reserved | used | released | lapsed")
    reference: str
    on: date
    details: dict[str, str]
    case_id: str | None
    expires_at: datetime | None
    recorded_at: datetime


class LineOut(BaseModel):
    """One line of a registration's ledgers: numbered without gaps, never changed."""

    number: int
    act: str
    ledger: str
    item: str
    used: str
    reserved: str
    left: str
    use: str | None
    reference: str | None
    on: date | None
    reason: str | None
    at: datetime


class LinePage(BaseModel):
    """Lines, the latest first; `next`: the `before` of the following page."""

    items: list[LineOut]
    next: int | None


def account_out(account: LedgerAccount) -> dict[str, Any]:
    """An account as AccountOut."""
    left = account.allowed - account.used - account.reserved
    return {
        "ledger": account.ledger,
        "title": account.title,
        "item": account.item,
        "item_label": account.item_label,
        "unit": account.unit,
        "opening": text_of(account.opening),
        "allowed": text_of(account.allowed),
        "used": text_of(account.used),
        "reserved": text_of(account.reserved),
        "remaining": text_of(left),
    }


def ledger_out(view: View, today: date) -> dict[str, Any]:
    """A registration as LedgerOut."""
    entry = view.holding.entry
    return {
        "entry": entry.entry_id,
        "register": entry.register,
        "number": entry.number,
        "holder": entry.organisation_name,
        "status": view.holding.status_on(today),
        "valid_from": min(span.valid_from for span in view.holding.spans),
        "valid_to": entry.valid_to,
        "accounts": [account_out(account) for account in view.accounts],
    }


def use_out(use: LedgerUse) -> dict[str, Any]:
    """A use as UseOut."""
    return {
        "id": use.id,
        "entry": use.entry_id,
        "state": use.state,
        "reference": use.reference,
        "on": use.used_on,
        "details": use.details,
        "case_id": use.case_id,
        "expires_at": use.expires_at,
        "recorded_at": use.recorded_at,
    }


def line_out(line: LedgerLine, use: LedgerUse | None) -> dict[str, Any]:
    """A line as LineOut."""
    return {
        "number": line.number,
        "act": line.act,
        "ledger": line.ledger,
        "item": line.item,
        "used": text_of(line.used),
        "reserved": text_of(line.reserved),
        "left": text_of(line.left),
        "use": line.use_id,
        "reference": use.reference if use is not None else None,
        "on": use.used_on if use is not None else None,
        "reason": line.reason,
        "at": line.at,
    }


def text_of(whole: int) -> str:
    """Whole millionths as a decimal text without exponent."""
    return f"{amount_of(whole):f}"
