"""One journey for every package: filed, corrected, decided, the letter read, the register entered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.package.compiled import Package
from tests import filings
from tests.journeys.deciding import REASON, act, correct, letter, pay
from tests.journeys.demo_day.day import DAY
from tests.journeys.filling import Answer, complaints, fill_pages, press, shown
from tests.journeys.people import PUBLIC, People

pytestmark = pytest.mark.journey
IN_BROWSER = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Journey:
    """Who files what and who decides it. `change` makes the package's example fit the demo's day.

    `asked` is the answer an official asks to correct; `start` another way in than the procedure's
    own page.
    """

    procedure: str
    applicant: str
    officials: Mapping[str, str]
    change: Mapping[str, Any] = field(default_factory=dict)
    asked: str = "contact_telephone"
    start: str | None = None
    fee: bool = False


METI = {"examiner": "meti-examiner", "approver": "meti-approver"}
KANAGAWA = {"examiner": "kanagawa-examiner", "approver": "kanagawa-approver"}
# The last of the gasoline journeys closes the registration the others change.
JOURNEYS = (
    Journey("high-pressure-gas-production", "minato", KANAGAWA),
    Journey("high-pressure-gas-notice", "minato", KANAGAWA),
    Journey("gasoline-seller-registration", "naniwa", METI, fee=True),
    Journey("gasoline-seller-change-notice", "bay", METI),
    Journey(
        "gasoline-seller-change-registration",
        "bay",
        METI,
        {"/stations/s1/name": "ありあけ給油所", "/stations/s2": None},
    ),
    Journey("gasoline-seller-closure", "bay", METI),
    Journey("management-improvement-plan", "hakata", METI, {"start_month": "2026-12"}),
    Journey("sponsorship-name", "council", METI),
    Journey(
        "sponsorship-report",
        "council",
        METI,
        {"held": False, "cancel_reason": "感染症の流行のため中止した。"},
    ),
    Journey("simple-filing", "minato", METI, start="/procedures/c/sample-32"),
    Journey("simple-notice", "minato", METI, start="/procedures/c/sample-34"),
    Journey(
        "annual-leave",
        "meti-examiner",
        {"supervisor": "meti-administrator", "leave_approver": "meti-manager"},
        asked="contact",
    ),
)


# Who holds the registration, as the register names them.
HOLDERS = {
    "naniwa": "浪速石油販売株式会社",
    "council": "一般社団法人日本試験検査協議会",
    "hakata": "博多精密工業株式会社",
}


def test_every_package_has_a_journey() -> None:
    assert {journey.procedure for journey in JOURNEYS} == set(filings.FOLDERS)


@IN_BROWSER
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda j: j.procedure)
async def test_from_filing_to_letter_without_scripts(
    journey: Journey, people: People, paper: Path
) -> None:
    package = filings.package(journey.procedure)
    people.take_faults()
    applicant = await people.window(journey.applicant)
    data = await begin(applicant, journey, package)
    typed = await fill_pages(applicant, package, data, paper)
    await check_answers(applicant, typed)
    case = await send(applicant, package)
    await decide(people, journey, package, case, applicant)
    if package.spec.letters:
        assert (await letter(applicant, case)).startswith(b"%PDF")
    register = package.register
    # The leave book of an office is not for the public.
    if register is not None and register.spec.action == "enter" and package.kind != "internal":
        await entered(people, register.spec.name, HOLDERS[journey.applicant])
    assert not people.take_faults()


async def entered(people: People, register: str, holder: str) -> None:
    """Anyone finds the new entry in the public register, with a page of its own."""
    anyone = await people.window(PUBLIC)
    await anyone.goto(f"/registers/{register}?q={holder}")
    await expect(anyone.locator("main")).to_contain_text(holder)
    await anyone.locator(f"main a[href^='/registers/{register}/']").first.click()
    await expect(anyone.locator("main")).to_contain_text(holder)
    await anyone.close()


async def begin(applicant: Page, journey: Journey, package: Package) -> dict[str, Any]:
    """Start a draft from the procedure's page, at its first page; what to type."""
    way = journey.start or f"/procedures/{journey.procedure}"
    await applicant.goto(way)
    await applicant.locator("form[action$='/start'] button").first.click()
    await expect(applicant).to_have_url(re.compile("/drafts/|/start$"))
    if applicant.url.endswith("/start"):  # a draft was begun before: another one
        await applicant.locator("form[action$='/start'] button").click()
    await expect(applicant).to_have_url(re.compile("/drafts/"))
    await applicant.goto(f"{applicant.url}/pages/{package.pages[0].id}")
    example = filings.example(package).on(jst_date(DAY))
    changed: dict[str, Any] = filings.changed(example, journey.change)
    return changed


async def check_answers(applicant: Page, typed: list[Answer]) -> None:
    """Every answer stands on the page that asks to check them, as people read it."""
    text = _squeezed(await applicant.locator("main").inner_text())
    missing = [(a.pointer, shown(a)) for a in typed if _squeezed(shown(a)) not in text]
    assert not missing
    assert not await applicant.locator(".dads-error-summary").count(), await complaints(applicant)


async def send(applicant: Page, package: Package) -> str:
    """File, see the receipt, take its PDF; the case's id."""
    await press(applicant, package.machine.actions["submit"].label["ja"])
    found = re.search(r"/cases/([^/]+)/receipt$", applicant.url)
    assert found is not None, await complaints(applicant)
    number = await applicant.locator(
        "main .dads-receipt__number, main [data-arrival-number]"
    ).first.inner_text()
    assert number.strip()
    receipt = await applicant.context.request.get(f"/cases/{found[1]}/receipt.pdf")
    assert (await receipt.body()).startswith(b"%PDF")
    return found[1]


async def decide(
    people: People, journey: Journey, package: Package, case: str, applicant: Page
) -> None:
    """The officials' part, with a correction on the way."""
    machine = package.machine

    async def does(name: str, form: Mapping[str, Any] | None = None) -> None:
        role = next(role for role in sorted(machine.actions[name].by) if role in journey.officials)
        official = await people.window(journey.officials[role])
        await act(official, package, case, name, form)
        await official.close()

    if "start_examination" in machine.actions:
        await does("start_examination")
    await does("request_correction", {"points": [f"/{journey.asked}"], "reason": REASON})
    await correct(applicant, package, case, journey.asked, "03-9999-8888")
    propose = next(
        (n for n in machine.actions if n.startswith("propose_") and n != "propose_refusal"), None
    )
    if propose is not None:
        await does(propose)
        if journey.fee:
            await pay(applicant, case)
        await does(propose.replace("propose", "approve"))
    else:
        await does("confirm")
        if "approve" in machine.actions:
            await does("approve")


def _squeezed(text: str) -> str:
    return "".join(text.split())
