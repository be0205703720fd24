"""Every pattern in the browser: filed, corrected, decided, the letter read, the register entered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.service import Action
from madoguchi.procedures.workflow.machine import pattern_names
from tests import filings
from tests.journeys.deciding import (
    REASON,
    act,
    arrival_number,
    correct,
    letter,
    pay,
    state_comes,
)
from tests.journeys.demo_day.day import DAY
from tests.journeys.filling import (
    Answer,
    click_through,
    complaints,
    fill_pages,
    press,
    shown,
)
from tests.journeys.people import PUBLIC, People

pytestmark = pytest.mark.journey
IN_BROWSER = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class Journey:
    """Who files what and who decides it. `change` makes the package's example fit the demo's day.

    `asked` is the answer an official asks to correct; `start` another way in than the procedure's
    own page; `course` what happens, if not what the pattern's course says.
    """

    procedure: str
    applicant: str
    officials: Mapping[str, str]
    change: Mapping[str, Any] = field(default_factory=dict)
    asked: str = "contact_telephone"
    start: str | None = None
    course: tuple[str, ...] = ()


# What happens after a filing, by pattern: acts of officials (`name`, or `name@role` where several
# may), and what `Going` does under these names.
CORRECT, PAY, OPINION = "correct", "pay", "opinion"
COURSES = {
    "notice": (CORRECT, "confirm"),
    "waiting-notice": ("confirm", CORRECT, "shorten", "until:may_start"),
    "permission": ("start_examination", CORRECT, "propose_grant", "approve_grant"),
    "registration": (
        "start_examination",
        CORRECT,
        "propose_registration",
        "approve_registration",
    ),
    "certification": (
        "start_examination",
        CORRECT,
        "propose_certification",
        "approve_certification",
    ),
    "periodic-report": (CORRECT, "accept"),
    "declaration": (CORRECT, PAY, "settle"),
    "incident": ("part:report_details", CORRECT, "close"),
    "publication": (CORRECT, "confirm", "approve", "until:published"),
    "internal": (CORRECT, "confirm", "approve"),
}
FORMS: Mapping[str, Mapping[str, Any]] = {
    "shorten": {"start_on": jst_date(DAY).isoformat()},
    "close": {"publish": True},
    "ask_bureau": {"agencies": ["bureau-kanto"]},
}
METI = {"examiner": "meti-examiner", "approver": "meti-approver"}
SAFETY = {"examiner": "safety-examiner", "approver": "safety-approver"}
KANTO = {"examiner": "kanto-examiner", "approver": "kanto-approver"}
OFFICE = {
    "supervisor": "meti-administrator",
    "manager": "meti-manager",
    "approver": "meti-approver",
    "leave_approver": "meti-manager",
}
KANAGAWA = {"examiner": "kanagawa-examiner", "approver": "kanagawa-approver"}
# The last of the gasoline journeys closes the registration the others change.
JOURNEYS = (
    Journey("high-pressure-gas-production", "minato", KANAGAWA),
    Journey("high-pressure-gas-notice", "minato", KANAGAWA),
    Journey(
        "gasoline-seller-registration",
        "naniwa",
        METI,
        course=(
            "start_examination",
            CORRECT,
            "propose_registration",
            PAY,
            "approve_registration",
        ),
    ),
    Journey("gasoline-seller-change-notice", "bay", METI),
    Journey(
        "gasoline-seller-change-registration",
        "bay",
        METI,
        {"/stations/s1/name": "ありあけ給油所", "/stations/s2": None},
    ),
    Journey("gasoline-seller-closure", "bay", METI),
    Journey("management-improvement-plan", "hakata", METI, {"start_month": "2026-12"}),
    Journey(
        "sponsorship-name",
        "council",
        METI,
        course=(
            "start_examination",
            CORRECT,
            "ask_bureau",
            OPINION,
            "propose_grant",
            "approve_grant",
        ),
    ),
    Journey(
        "sponsorship-report",
        "council",
        METI,
        {"held": False, "cancel_reason": "感染症の流行のため中止した。"},
    ),
    Journey("simple-filing", "minato", METI, start="/procedures/c/sample-32"),
    Journey("simple-notice", "minato", METI, start="/procedures/c/sample-34"),
    Journey("electrical-works-plan", "bay", SAFETY),
    Journey("electrical-accident", "minato", SAFETY),
    Journey("levy-declaration", "minato", KANTO, {"month": "2026-10"}),
    Journey(
        "operation-report", "bay", KANTO, {"facility": None, "year": None}, start="/obligations"
    ),
    # Its round is decided in January: approving waits, which the course of a round shows.
    Journey(
        "support-organisation",
        "hakata",
        KANTO,
        course=(
            "start_examination",
            CORRECT,
            "propose_certification",
            "wait:approve_certification",
        ),
    ),
    Journey(
        "disposition-publication", "meti-examiner", OFFICE, {"kind": "cancel"}, asked="contact"
    ),
    Journey("annual-leave", "meti-examiner", OFFICE, asked="contact"),
    Journey(
        "approval-request",
        "meti-examiner",
        OFFICE,
        asked="contact",
        course=(CORRECT, "approve@supervisor", "approve@manager", "approve@approver"),
    ),
)

# Who holds the registration, as the register names them.
HOLDERS = {
    "naniwa": "浪速石油販売株式会社",
    "council": "一般社団法人日本試験検査協議会",
    "hakata": "博多精密工業株式会社",
    "meti-examiner": "架空燃料販売株式会社",  # whom the disposition concerns
}


def test_every_pattern_has_a_journey() -> None:
    travelled = {filings.package(journey.procedure).machine.pattern for journey in JOURNEYS}
    assert travelled == set(COURSES) == set(pattern_names())


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
    going = Going(people, journey, package, case, applicant, data, paper)
    for step in journey.course or COURSES[package.machine.pattern]:
        await going.does(step)
    machine = package.machine
    effects = [effect for name in going.done for effect in machine.actions[name].effects]
    if any(kind == "letter" and key in package.spec.letters for kind, key in effects):
        assert (await letter(applicant, case)).startswith(b"%PDF")
    register = package.register
    public = register is not None and any(c.public for c in register.spec.columns.values())
    ended = machine.states[going.state].final
    if register is not None and register.spec.action == "enter" and public and ended:
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
    way = journey.start or f"/procedures/{package.id}"
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


@dataclass
class Going:
    """A filed case on its way through its course."""

    people: People
    journey: Journey
    package: Package
    case: str
    applicant: Page
    data: dict[str, Any]
    paper: Path
    state: str = ""
    done: list[str] = field(default_factory=list)

    async def does(self, step: str) -> None:
        """One step of the course."""
        kind, _, name = step.partition(":")
        if step == CORRECT:
            await self._correct()
        elif step == PAY:
            await pay(self.applicant, self.case)
        elif step == OPINION:
            await self._answered()
        elif kind == "part":
            await self._part(name)
        elif kind == "until":
            await state_comes(self.applicant, self.case, self.package.machine.states[name].label)
            self.state = name
        elif kind == "wait":
            await self._refused(name)
        else:
            await self._act(step)

    async def _act(self, step: str, form: Mapping[str, Any] | None = None) -> None:
        name, _, role = step.partition("@")
        action = self.package.machine.actions[name]
        official = await self._official(action, role)
        last = not role or step == self.journey.course[-1]
        await act(official, self.package, self.case, name, form or FORMS.get(name), ended=last)
        await official.close()
        self.done.append(name)
        self.state = action.to or self.state

    async def _official(self, action: Action, role: str = "") -> Page:
        known = self.journey.officials
        found = role or next(role for role in sorted(action.by) if role in known)
        return await self.people.window(known[found])

    async def _correct(self) -> None:
        form = {"points": [f"/{self.journey.asked}"], "reason": REASON}
        await self._act("request_correction", form)
        await correct(self.applicant, self.package, self.case, self.journey.asked, "03-9999-8888")

    async def _part(self, name: str) -> None:
        """The applicant's next part, with what the package's own tests answer there."""
        more = next(
            step[name]
            for test in self.package.spec.tests
            for step in test.run or ()
            if isinstance(step, Mapping) and name in step
        )
        await self.applicant.goto(f"/cases/{self.case}")
        button = self.applicant.locator("form[action$='/correct'] button").first
        await click_through(self.applicant, button)
        first = self.package.pages[0].id
        await self.applicant.goto(
            re.sub(r"(/drafts/[^/?#]+).*", rf"\1/pages/{first}", self.applicant.url)
        )
        moved = {
            key: value for key, value in more.items() if self.package.fields[key].type != "date"
        }
        await fill_pages(self.applicant, self.package, {**self.data, **moved}, self.paper)
        await press(self.applicant, self.package.machine.actions[name].label["ja"])
        assert self.applicant.url.endswith(f"/cases/{self.case}"), await complaints(self.applicant)

    async def _answered(self) -> None:
        """The other agency sees what it may see and answers; the asker reads it."""
        other = await self.people.window("kanto-examiner")
        await other.goto("/desk/opinions")
        number = (await arrival_number(self.applicant, self.case)).strip()
        await other.locator("tr", has_text=number).locator("a").first.click()
        await expect(other.locator("main")).not_to_contain_text("収支予算")
        await other.locator('[name="/form/stance"][value="doubts"]').check()
        await press(other, "回答を送る")
        assert await other.locator(".dads-error-summary").count(), "reasons are asked for"
        await other.locator('[name="/form/reasons"]').fill("昨年の催しで定員を超えました。")
        await press(other, "回答を送る")
        assert not await other.locator(".dads-error-summary").count(), await complaints(other)
        await other.close()
        asker = await self.people.window(self.journey.officials["examiner"])
        await asker.goto(f"/desk/cases/{self.case}")
        await expect(asker.locator("main").first).to_contain_text("昨年の催しで定員を超えました。")
        await asker.close()

    async def _refused(self, name: str) -> None:
        """An action whose time has not come says so."""
        action = self.package.machine.actions[name]
        official = await self._official(action)
        await official.goto(f"/desk/cases/{self.case}/actions/{name}")
        assert action.guard_message is not None
        await expect(official.locator("main")).to_contain_text(action.guard_message["ja"])
        await official.close()


@IN_BROWSER
async def test_a_round_is_decided_in_one_act(people: People) -> None:
    people.take_faults()
    approver = await people.window("kanto-approver")
    await approver.goto("/desk/together/support-organisation-certification")
    row = approver.locator("tr", has_text="第3回")
    await row.get_by_role("link", name="認定する").click()
    ticks = approver.locator("input[name=case]")
    assert await ticks.count() == 2
    for tick in await ticks.all():
        await tick.check()
    await press(approver, "認定する")
    await expect(approver.locator("body")).to_contain_text("2件を処理しました")
    await approver.goto("/registers/support-organisations")
    await expect(approver.locator("main")).to_contain_text("博多精密工業株式会社")
    assert not people.take_faults()


def _squeezed(text: str) -> str:
    return "".join(text.split())
