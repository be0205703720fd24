"""Windows of the people of the demo: signed in once each, watched for faults of scripts."""

import re
from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from madoguchi.installation.demo.people import PEOPLE

PUBLIC = "public"
NARROW, WIDE = 375, 1280
NAMES = {person.key: person.name for person in PEOPLE}


@dataclass
class People:
    """Browser contexts by person, scripts on or off, language. "public" is signed out."""

    browser: Browser
    address: str
    contexts: dict[tuple[str, bool, str], BrowserContext] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    async def window(self, who: str, *, scripts: bool = False, language: str = "ja") -> Page:
        """A new window of a person."""
        key = (who, scripts, language)
        if key not in self.contexts:
            self.contexts[key] = await self._context(who, scripts, language)
        page = await self.contexts[key].new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: self._said(page, message))
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        return page

    async def _context(self, who: str, scripts: bool, language: str) -> BrowserContext:
        known = next(
            (c for (name, _, _), c in self.contexts.items() if name == who and who != PUBLIC), None
        )
        context = await self.browser.new_context(
            base_url=self.address,
            java_script_enabled=scripts,
            viewport={"width": WIDE, "height": 900},
            locale={"ja": "ja-JP", "en": "en-GB"}[language],
            storage_state=await known.storage_state() if known else None,
        )
        if who != PUBLIC and known is None:
            page = await context.new_page()
            await page.goto("/sign-in")
            await page.get_by_role("button", name=re.compile(NAMES[who])).click()
            await page.wait_for_url(lambda url: "/sign-in" not in url)
            await page.close()
        return context

    def _said(self, page: Page, message: ConsoleMessage) -> None:
        # A page that says what is wrong answers 409 or 422, a postal code nobody knows 404; the
        # browser notes that as an error.
        known = re.search("status of (409|422)", message.text)
        unknown_code = "/postal-codes/" in str(message.location.get("url"))
        if message.type == "error" and not known and not unknown_code:
            self.faults.append(f"{page.url}: {message.text}")

    def take_faults(self) -> list[str]:
        """What scripts complained of since the last call."""
        taken, self.faults = self.faults, []
        return taken

    async def close(self) -> None:
        """Close every window."""
        for context in self.contexts.values():
            await context.close()
