"""What the pages of delegation share: rendering, and the procedures there are."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.rules import POWERS
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.web import answering

TONES = {"offered": "warning", "asked": "warning", "in_force": "success", "upcoming": "info"}


async def titles(session: AsyncSession, today: Any) -> dict[str, Text]:
    """The procedures an organisation can be represented in, by id."""
    return {package.id: dict(package.title) for package in await _delegable(session, today)}


async def acts(session: AsyncSession, today: Any) -> dict[str, str]:
    """The act (法律) each of them stands on, "" for those on none."""
    return {
        package.id: package.spec.law[0].act if package.spec.law else ""
        for package in await _delegable(session, today)
    }


async def _delegable(session: AsyncSession, today: Any) -> list[procedures.Package]:
    return [
        package
        for package in await procedures.all_current(session, today)
        if package.kind != "internal" and package.spec.who not in ("person", "official")
    ]


def said(request: Request, key: str) -> Text:
    """A text of the catalogue."""
    text: Text = request.app.state.texts.text(key)
    return text


def page(
    request: Request, name: str, faults: Mapping[str, Any] | None = None, /, **context: Any
) -> HTMLResponse:
    """A page. `faults`: what is wrong, or its code under `delegations.fault`, by control."""
    told = {
        place: f"delegations.fault.{code}" if isinstance(code, str) else code
        for place, code in (faults or {}).items()
    }
    return answering.page(
        request, f"delegations/{name}", told, powers=POWERS, tones=TONES, **context
    )
