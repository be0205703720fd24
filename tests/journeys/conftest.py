"""One server and one browser for all journeys; a context each person, with or without scripts."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pikepdf
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.people import People
from tests.journeys.site import Site, demo_data, demo_site

expect.set_options(timeout=20_000)  # a busy machine takes its time
# The headless shell does the same work in three quarters of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where the browser is; without one the journeys are skipped."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    pytest.skip("no chromium on PATH: the journeys need a browser")


@pytest.fixture(scope="session")
def site(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo installation, served."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a folder of its own inside the run's
        folder = folder.parent
    data = demo_data(folder / "demo-data")
    with demo_site(tmp_path_factory.mktemp("demo"), data) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """The browser, headless."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium_path, args=SWITCHES.split()
        )
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def people(site: Site, browser: Browser) -> AsyncIterator[People]:
    """Everyone's window on the site, signed in when it is first opened."""
    everyone = People(browser, site.address)
    yield everyone
    await everyone.close()


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small PDF to attach."""
    path = tmp_path_factory.mktemp("paper") / "別紙.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(path)
    return path
