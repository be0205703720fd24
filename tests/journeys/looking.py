"""Looking at a page as it is in a window with scripts: its faults at both widths, and a picture of it."""

import os

from playwright.async_api import Page

from tests.journeys.axe import violations
from tests.journeys.people import NARROW, WIDE

SHOTS = os.environ.get("MADOGUCHI_SHOTS")


async def look(page: Page, name: str) -> None:
    """No fault of accessibility and no sideways scrolling, wide and narrow."""
    for width in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": 900})
        room = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert room[0] <= room[1], name
        if SHOTS:
            await page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        assert not await violations(page), name
    await page.set_viewport_size({"width": WIDE, "height": 900})
