"""The accessibility checks of axe-core in a page, told in Japanese."""

import asyncio
import json
from functools import cache

import pytest
from playwright.async_api import Page

from tests.journeys.site import ROOT

FOLDER = ROOT / "frontend" / "node_modules" / "axe-core"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map((v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.failureSummary.split("\\n").slice(1, 2)).join(" | ")}`);
}"""


@cache
def _source() -> str:
    if not FOLDER.is_dir():
        pytest.skip("axe-core is not installed: run `make enhance` (it needs Node)")
    locale = json.loads((FOLDER / "locales" / "ja.json").read_text(encoding="utf-8"))
    script = (FOLDER / "axe.min.js").read_text(encoding="utf-8")
    return f"{script};axe.configure({{locale: {json.dumps(locale)}}});"


async def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it is now, one line each; the window must allow scripts."""
    await page.evaluate(_source())
    # Where scripts are off its promise never settles.
    found: list[str] = await asyncio.wait_for(page.evaluate(RUN, TAGS), timeout=60)
    return found
