"""Ledgers as pages show them: balances with the widths of their bars, lines with their items."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from madoguchi.cases.crosscase.amounts import amount_of
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine, LedgerUse
from madoguchi.cases.ledgers.moving import named
from madoguchi.cases.models import RegisterEntry
from madoguchi.kernel.language import Text


def register_title(entry: RegisterEntry) -> Text:
    """What the register of an entry is called."""
    return entry.labels.get("title") or {"ja": entry.register, "en": entry.register}


def account_line(account: LedgerAccount, own: tuple[int, int] | None = None) -> dict[str, Any]:
    """A balance: amounts, and of a bar the per cent used and reserved.

    `own`: what one use took of it, (used, reserved); it stands as a plain text for a form.
    """
    left, taken = account.allowed - account.used - account.reserved, sum(own or (0, 0))
    whole = max(account.allowed, 1)
    return {
        "title": named(account),
        "unit": account.unit,
        "opening": amount_of(account.opening),
        "allowed": amount_of(account.allowed),
        "tolerance": amount_of(account.allowed - account.opening),
        "used": amount_of(account.used),
        "reserved": amount_of(account.reserved),
        "left": amount_of(left),
        "used_percent": _percent(account.used, whole),
        "reserved_percent": _percent(account.reserved, whole),
        "low": left * 10 < account.allowed,
        "decimal": account.decimals > 0,
        "own": f"{amount_of(taken):f}" if taken else "",
    }


def ledger_line(
    line: LedgerLine, use: LedgerUse | None, accounts: Sequence[LedgerAccount]
) -> dict[str, Any]:
    """A line with the names of its ledger and item, and the use it belongs to."""
    key = (line.ledger, line.item)
    account = next((a for a in accounts if (a.ledger, a.item) == key), None)
    fallback: Text = {"ja": f"{line.ledger} {line.item}", "en": f"{line.ledger} {line.item}"}
    return {
        "number": line.number,
        "act": line.act,
        "title": named(account) if account is not None else fallback,
        "unit": account.unit if account is not None else None,
        "used": amount_of(line.used),
        "reserved": amount_of(line.reserved),
        "left": amount_of(line.left),
        "use": line.use_id,
        "reference": use.reference if use is not None else "",
        "on": use.used_on if use is not None else None,
        "reason": line.reason,
        "at": line.at,
    }


def _percent(part: int, whole: int) -> Decimal:
    return round(Decimal(part * 100) / whole, 2)
