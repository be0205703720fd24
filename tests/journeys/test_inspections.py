"""An inspection from plan to closure in a real browser, the visit on a phone: off line with scripts, on line without."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.cases.inspections.world import jpeg
from tests.journeys.axe import violations
from tests.journeys.people import NAMES, People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
PHONE = {"width": 375, "height": 740}
SECTIONS = ("registration", "manager", "analysis", "books", "sample")
LAST = "sample"


@dataclass
class Phone:
    """An inspector's phone: a browser context of its own."""

    context: BrowserContext
    page: Page
    faults: list[str]

    async def offline(self, away: bool) -> None:
        await self.context.set_offline(away)

    def state(self) -> object:
        return self.page.locator("[data-visit-sync] [data-state]")

    async def has_kept_everything(self) -> None:
        """The pages of the visit are on the phone."""
        await expect(self.page.locator("[data-kept-here]")).to_be_visible(timeout=30_000)


async def phone_of(people: People, who: str, *, scripts: bool) -> Phone:
    context = await people.browser.new_context(
        base_url=people.address,
        java_script_enabled=scripts,
        viewport=PHONE,
        locale="ja-JP",
        has_touch=True,
    )
    page = await context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    phone = Phone(context, page, faults)
    await sign_in(phone, who)
    return phone


async def sign_in(phone: Phone, who: str) -> None:
    await phone.page.goto("/sign-in")
    await phone.page.get_by_role("button", name=re.compile(NAMES[who])).click()
    await phone.page.wait_for_url(lambda url: "/sign-in" not in url)


async def follow(page: Page, name: str) -> None:
    await page.locator("main").get_by_role("link", name=name, exact=True).first.click()


async def press(page: Page, name: str) -> None:
    """By the keyboard: without scripts, a click beside a frame does not always arrive."""
    await page.locator("main").get_by_role("button", name=name, exact=True).first.press("Enter")


async def in_force(people: People) -> str:
    """The number under which the seller of the demo is registered."""
    page = await people.window("kanto-manager")
    await page.goto("/desk/inspections?tab=improving")
    link = page.locator("main tr", has_text="東京湾岸エナジー").get_by_role("link").first
    number = await link.inner_text()
    await page.close()
    return number.strip()


async def planned(people: People, number: str) -> str:
    """A plan for the next year with one entry of choice, approved; the address of its inspection."""
    planner = await people.window("kanto-manager")
    await planner.goto(
        "/desk/inspections/risk?register=gasoline-sellers&agency=bureau-kanto&year=2027"
    )
    await expect(planner.locator("main table")).to_contain_text("まだ検査をしていない")
    await planner.locator('[name="quota"]').fill("1")
    await press(planner, "計画を作る")
    await planner.locator('[name="number"]').fill(number)
    await planner.locator('[name="reason"]').fill("改善の状況を確かめるため")
    await press(planner, "加える")
    await expect(planner.locator("main table")).to_contain_text("追加: 改善の状況を確かめるため")
    await planner.locator("main tr", has_not_text=number).get_by_role("button").first.click()
    await expect(planner.locator("main tbody tr")).to_have_count(1)
    await press(planner, "決裁に回す")
    approver = await people.window("kanto-approver")
    await approver.goto(planner.url)
    await press(approver, "承認する")
    await approver.goto("/desk/inspections?tab=planned")
    await approver.locator("main tr", has_text=number).get_by_role("link").first.click()
    address = approver.url
    await planner.close()
    await approver.close()
    return address


async def special(people: People, number: str) -> str:
    """An inspection outside the plan."""
    planner = await people.window("kanto-manager")
    await planner.goto("/desk/inspections")
    await follow(planner, "随時の検査を始める")
    await planner.locator('[name="number"]').fill(number)
    await press(planner, "検査を始める")
    await expect(planner.locator("[data-error-summary]")).to_contain_text("入力してください")
    await planner.locator('[name="reason"]').fill("品質についての苦情")
    await press(planner, "検査を始める")
    address = planner.url
    await planner.close()
    return address


async def announced(people: People, address: str) -> None:
    """Both inspectors go today; the holder reads so in the inbox."""
    planner = await people.window("kanto-manager")
    await planner.goto(address)
    await follow(planner, "担当と日を決める")
    for who in ("kanto-inspector", "kanto-partner"):
        await planner.get_by_label(NAMES[who], exact=True).check()
    await planner.locator('[name="visit_on"]').fill("令和8年11月18日")
    await planner.locator('[name="visit_time"]').fill("10時")
    await press(planner, "担当と日を決める")
    await follow(planner, "事業者に通知する")
    await expect(planner.frame_locator("iframe").locator("body")).to_contain_text(
        "立入検査の実施について"
    )
    await press(planner, "事業者に通知する")
    await expect(planner.locator("main")).to_contain_text("実施待ち")
    holder = await people.window("bay")
    await holder.goto("/inbox")
    await expect(holder.locator("main")).to_contain_text("立入検査を行います")
    await planner.close()
    await holder.close()


async def answer(page: Page, section: str, **other: str) -> None:
    """Every required item of the section, once its page is there."""
    await page.wait_for_url(re.compile(f"/sections/{section}$"))
    for item in await page.locator("[data-key^='item:']").all():
        key = (await item.get_attribute("data-key") or "").removeprefix("item:")
        text = item.locator(f'[name="a.{key}"]:not([type=radio])')
        if key in other and await text.count():
            await text.fill(other[key])
        elif await text.count():
            if section != LAST:
                await text.fill("11月10日")
        elif section != LAST and await item.locator("[type=radio]").count():
            await item.locator(f'[value="{other.get(key, "ok")}"]').check()


async def pressed_while_kept(page: Page) -> None:
    """What a finger is on stays under it when the answer before is kept at that very moment."""
    await page.locator('[name="a.last_analysis"]').fill("11月10日")
    await page.locator("#a-sampled_from_nozzle-ok").hover()
    await page.mouse.down()
    await expect(page.locator('[data-key="item:last_analysis"] .p-visit-unsent')).to_be_visible()
    await page.mouse.up()
    await expect(page.locator("#a-sampled_from_nozzle-ok")).to_be_checked()


async def decided(people: People, address: str) -> None:
    """Results proposed by an inspector, approved by somebody else."""
    inspector = await people.window("kanto-inspector")
    await inspector.goto(address)
    await expect(inspector.locator("main")).to_contain_text("結果整理中")
    await expect(inspector.locator("main")).to_contain_text("表示の登録番号が読めない")
    await follow(inspector, "結果を決裁に回す")
    await inspector.locator('[name="summary"]').fill("表示を直してください。")
    await press(inspector, "結果を決裁に回す")
    approver = await people.window("kanto-approver")
    await approver.goto(address)
    await follow(approver, "結果を決裁する")
    await press(approver, "結果を決裁する")
    await expect(approver.locator("main")).to_contain_text("改善報告待ち")
    await inspector.close()
    await approver.close()


async def improved_and_closed(people: People, address: str, photo: Path) -> None:
    """The holder reports with a photograph; it is accepted; a second person closes."""
    holder = await people.window("bay")
    await holder.set_viewport_size(PHONE)
    await holder.goto("/inspections/" + address.rpartition("/")[2])
    await expect(holder.locator("main")).to_contain_text("表示の登録番号が読めない")
    await follow(holder, "改善を報告する")
    await holder.locator('[name="body"]').fill("表示を作り直して掲げました。")
    await holder.locator('[name="done_on"]').fill("2026-11-18")
    await holder.locator('[name="files"]').set_input_files(photo)
    await press(holder, "報告する")
    await expect(holder.locator("body")).to_contain_text("改善報告を受け付けました")
    inspector = await people.window("kanto-inspector")
    await inspector.goto(address)
    await follow(inspector, "改善を確認する")
    await press(inspector, "改善を確認する")
    await follow(inspector, "終了を決裁に回す")
    await press(inspector, "終了を決裁に回す")
    approver = await people.window("kanto-approver")
    await approver.goto(address)
    await follow(approver, "終了を決裁する")
    await press(approver, "終了を決裁する")
    await expect(approver.locator("main")).to_contain_text("終了")
    await holder.reload()
    await expect(holder.locator("main")).to_contain_text("改善を確認")
    for page in (holder, inspector, approver):
        await page.close()


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "現場.jpg"
    path.write_bytes(jpeg(1600, 1200, exif=True))
    return path


async def test_partly_off_line_from_plan_to_closure(people: People, photo: Path) -> None:
    address = await planned(people, await in_force(people))
    await announced(people, address)
    visit = "/visits/" + address.rpartition("/")[2]
    phone = await phone_of(people, "kanto-inspector", scripts=True)
    page = phone.page
    await page.goto("/visits/")
    await page.locator(f'a[href="{visit}"]').click()
    await phone.has_kept_everything()
    await phone.offline(True)
    await press(page, "見せました。検査を始める")
    await expect(phone.state()).to_contain_text("電波なし")
    await expect(phone.state()).to_contain_text("未送信 1件")
    await page.locator(f'a[href="{visit}/sections/registration"]').click()
    await answer(page, "registration", sign_shown="ng")
    await page.locator('[data-key="item:sign_photo"] [type=file]').set_input_files(photo)
    await expect(page.locator('[data-photos="item:sign_photo"] img')).to_have_count(1)
    await page.reload()  # the phone was put into the pocket, the page thrown away
    await expect(page.locator("#a-sign_shown-ng")).to_be_checked()
    await expect(page.locator('[data-photos="item:sign_photo"] img')).to_have_count(1)
    await (
        page.locator('[data-key="item:sign_shown"]')
        .get_by_role("link", name="この項目の指摘を書く")
        .click()
    )
    await expect(page.locator('[name="law"]')).to_have_value(re.compile("第17条"))
    await page.get_by_label("改善指示").check()
    await page.locator('[name="text"]').fill("表示の登録番号が読めない")
    await press(page, "指摘を保存する")
    await page.wait_for_url(re.compile(f"{visit}/findings$"))  # it goes on by itself
    await expect(page.locator("[data-findings-list]")).to_contain_text("表示の登録番号が読めない")
    await page.goto(f"{visit}/sections/manager")
    await answer(page, "manager")
    await press(page, "保存して次へ")
    await expect(page).to_have_url(re.compile("/sections/analysis$"))
    await phone.offline(False)  # a moment of network: everything goes out
    await expect(phone.state()).to_have_text("送信済み", timeout=40_000)
    await phone.offline(True)
    await pressed_while_kept(page)
    for section in ("analysis", "books", LAST):
        await answer(page, section, benzene="1.5")
        if section == LAST:
            await expect(page.locator('[data-key="item:benzene"] [data-verdict]')).to_contain_text(
                "基準の外"
            )
        await press(page, "保存して次へ")
    await expect(page).to_have_url(re.compile("/finish$"))
    await expect(page.locator("[data-missing-none]")).to_be_visible()
    await page.locator('[name="name"]').fill("神田 直樹")
    await press(page, "署名して検査を終える")
    await expect(page).to_have_url(re.compile(f"{visit}$"))
    await expect(phone.state()).to_contain_text("未送信")
    await phone.offline(False)
    await expect(phone.state()).to_have_text("送信済み", timeout=40_000)
    await page.reload()
    await expect(page.locator("main")).to_contain_text("検査を終えました")
    assert not phone.faults
    await phone.context.close()
    await decided(people, address)
    await improved_and_closed(people, address, photo)


async def test_on_line_without_scripts(people: People, photo: Path) -> None:
    address = await special(people, await in_force(people))
    await announced(people, address)
    visit = "/visits/" + address.rpartition("/")[2]
    phone = await phone_of(people, "kanto-inspector", scripts=False)
    page = phone.page
    await page.goto(visit)
    await press(page, "見せました。検査を始める")
    await page.goto(f"{visit}/sections/registration")
    for section in SECTIONS:
        await answer(page, section, sign_shown="ng", benzene="0.5")
        if section == "registration":
            await page.locator('[name="p.sign_photo"]').set_input_files(photo)
        await press(page, "保存して次へ")
    await page.goto(f"{visit}/sections/registration")
    await expect(page.locator("#a-sign_shown-ng")).to_be_checked()
    await expect(page.locator('[data-photos="item:sign_photo"] img')).to_have_count(1)
    await (
        page.locator('[data-key="item:sign_shown"]')
        .get_by_role("link", name="この項目の指摘を書く")
        .click()
    )
    await page.get_by_label("改善指示").check()
    await page.locator('[name="text"]').fill("表示の登録番号が読めない")
    await press(page, "指摘を保存する")
    await page.goto(f"{visit}/finish")
    await page.locator('[name="name"]').fill("神田 直樹")
    await press(page, "署名して検査を終える")
    await expect(page.locator("main")).to_contain_text("検査を終えました")
    await phone.context.close()
    await decided(people, address)
    await improved_and_closed(people, address, photo)


async def test_the_phone_screens_are_accessible(people: People) -> None:
    phone = await phone_of(people, "kanto-partner", scripts=True)
    page = phone.page
    await page.goto("/visits/")
    visit = await page.locator(".p-visit-card").first.get_attribute("href")
    for path in (
        "/visits/",
        visit,
        *(
            f"{visit}{end}"
            for end in ("/sections/registration", "/sections/sample", "/findings", "/finish")
        ),
    ):
        await page.goto(str(path))
        await expect(phone.state()).to_contain_text("送信済み")
        assert not await violations(page), path
        wide = await page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
    await phone.context.close()
