"""Keeping what was typed when the sign-in has ended meanwhile (ログインが切れたときの入力)."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Draft, HeldInput
from madoguchi.kernel.ids import is_id

KEPT = timedelta(days=1)
MOST_CHARACTERS = 500_000


async def hold(
    session: AsyncSession,
    draft_id: str,
    page_id: str,
    fields: Mapping[str, list[str]],
    at: datetime,
) -> str | None:
    """Keep what was sent for a page; the name under which it is found, None when it is not kept.

    Whoever sends may be anybody: only what belongs to an open draft is kept, once a page, and it
    is given back only to those who may see the draft.
    """
    await session.execute(delete(HeldInput).where(HeldInput.created_at < at - KEPT))
    draft = await session.get(Draft, draft_id) if is_id(draft_id) else None
    size = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if draft is None or draft.filed_at is not None or len(page_id) > 64 or size > MOST_CHARACTERS:
        return None
    await session.execute(
        delete(HeldInput).where(HeldInput.draft_id == draft_id, HeldInput.page_id == page_id)
    )
    held = HeldInput(
        id=secrets.token_urlsafe(24),
        draft_id=draft_id,
        page_id=page_id,
        fields={name: list(values) for name, values in fields.items()},
        created_at=at,
    )
    session.add(held)
    await session.flush()
    return held.id


async def held_input(
    session: AsyncSession, draft: Draft, page_id: str, name: str | None
) -> dict[str, list[str]] | None:
    """What was kept for this page of a draft the reader may see."""
    found = await session.get(HeldInput, name) if name and len(name) <= 60 else None
    if found is None or found.draft_id != draft.id or found.page_id != page_id:
        return None
    return found.fields


async def let_go(session: AsyncSession, draft_id: str, page_id: str) -> None:
    """Forget what was kept: the page has been saved."""
    await session.execute(
        delete(HeldInput).where(HeldInput.draft_id == draft_id, HeldInput.page_id == page_id)
    )
