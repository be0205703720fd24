"""Filling in any package's form in the browser, as a person does: by label, page after page."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.async_api import Page, TimeoutError, expect

from madoguchi.cases.filing.questions import moment_boxes
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.fields.types import TYPES
from madoguchi.procedures.package.compiled import Package

FURIGANA = re.compile(r"\{([^|{}]*)\|[^{}]*\}")
ROUNDS = 12

# Every control of a page with the words a person sees on it.
CONTROLS = """
(root) => {
  const words = (node) => {
    if (!node) return "";
    const copy = node.cloneNode(true);
    for (const gone of copy.querySelectorAll("rt, rp, .dads-form-control-label__requirement")) gone.remove();
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  return [...root.querySelectorAll("input, select, textarea")].map((it) => {
    const many = it.type === "radio" || (it.type === "checkbox" && it.closest("fieldset.dads-fieldset:not(.dads-fieldset--group)"));
    return {
      name: it.name, type: it.type, value: it.value, id: it.id, checked: !!it.checked, readonly: !!it.readOnly,
      label: words(many ? it.closest("fieldset").querySelector("legend .dads-form-control-label__label")
                        : document.querySelector(`label[for="${CSS.escape(it.id)}"]`)),
    };
  });
}
"""


@dataclass(frozen=True)
class Answer:
    """One thing to type: the control's name, the question, what a person types."""

    pointer: str
    field: Field
    raw: Any

    @property
    def label(self) -> str:
        """The words that should stand beside the control."""
        return " ".join(FURIGANA.sub(r"\1", self.field.label.get("ja", "")).split())


def shown(answer: Answer) -> str:
    """How the answer is read back to the person who gave it."""
    kind = TYPES.get(answer.field.type)
    if kind is None or answer.field.type == "points":
        return ""
    return kind.display(answer.field, kind.parse(answer.field, answer.raw), "ja")


async def controls(page: Page) -> list[dict[str, Any]]:
    """The controls of the form on the page."""
    found: list[dict[str, Any]] = await page.locator("main").evaluate(CONTROLS)
    return found


async def fill_pages(
    page: Page, package: Package, data: Mapping[str, Any], pdf: Path
) -> list[Answer]:
    """Fill every page that follows, up to the check of all answers; what was typed."""
    typed: dict[str, Answer] = {}
    for _ in range(len(package.pages) + 2):
        found = re.search(r"/pages/([^/?#]+)", page.url)
        if found is None:
            break
        form_page = next(item for item in package.pages if item.id == found[1])
        fields = [package.fields[name] for name in form_page.fields]
        for answer in await fill_page(page, fields, data, pdf):
            typed[answer.pointer] = answer
        await press(page, "保存して次へ")
        try:
            await page.wait_for_url(lambda url, here=found[0]: here not in url, timeout=30_000)
        except TimeoutError as fault:
            raise AssertionError(await complaints(page)) from fault
    if "/attachments" in page.url:
        await attach_required(page, pdf)
        await page.get_by_role("link", name="内容の確認へ進む").click()
    await expect(page).to_have_url(re.compile("/check$"))
    return list(typed.values())


async def fill_page(
    page: Page, fields: list[Field], data: Mapping[str, Any], pdf: Path
) -> list[Answer]:
    """Type everything the data has for a page; questions that appear on the way are answered too."""
    typed: dict[str, Answer] = {}
    for _ in range(ROUNDS):
        if await match_rows(page, fields, data):
            continue
        there = await controls(page)
        known = {f.name for f in fields if f.spec.prefill and stands_there(there, f)}
        asked = [field for field in fields if field.name not in known]
        rows = row_ids(there)
        wanted = [a for a in answers(asked, data, rows) if a.pointer not in typed]
        names = {item["name"] for item in there if not item["readonly"]}
        now = [answer for answer in wanted if answer.pointer in names]
        for answer in now:
            await type_in(page, answer, there, pdf)
            typed[answer.pointer] = answer
        hidden = [
            f for f in asked if f.type == "table" and data.get(f.name) and f"/{f.name}" not in rows
        ]
        if not now or (len(now) == len(wanted) and not hidden):
            break
        await refresh(page)
    return list(typed.values())


async def refresh(page: Page) -> None:
    """Let the page show what the answers so far bring: by its button, or by itself with scripts."""
    if await settled(page):
        return
    if await page.get_by_role("button", name="計算と表示を更新", exact=True).count():
        await press(page, "計算と表示を更新")


async def settled(page: Page) -> bool:
    """With scripts, wait until the page has saved what was typed; whether there are scripts."""
    if not await page.evaluate("() => !!window.htmx"):
        return False
    await page.wait_for_timeout(1_800)  # it waits up to 1.5 seconds for more to be typed
    await page.wait_for_function("() => !document.querySelector('.htmx-request')")
    return True


def answers(
    fields: list[Field], data: Mapping[str, Any], rows: Mapping[str, list[str]]
) -> Iterator[Answer]:
    """What to type, leaf by leaf, rows under the ids they have on the page."""
    for field in fields:
        raw = data.get(field.name)
        if raw is None or field.calculate is not None or field.for_officials:
            continue
        if field.type == "table":
            for row, values in zip(rows.get(f"/{field.name}", ()), raw, strict=False):
                for column in field.columns.values():
                    yield from _leaves(
                        column, f"/{field.name}/{row}/{column.name}", values.get(column.name)
                    )
        else:
            yield from _leaves(field, f"/{field.name}", raw)


def _leaves(field: Field, pointer: str, raw: Any) -> Iterator[Answer]:
    if raw is None or field.calculate is not None or field.type == "note":
        return
    if field.parts:
        for name, part in field.parts.items():
            yield from _leaves(part, f"{pointer}/{name}", raw.get(name))
    elif field.type == "datetime":  # a box for the day and one for the time
        day, clock = moment_boxes(str(raw))
        for box, words, text in (("date", "日付", day), ("time", "時刻", clock)):
            yield Answer(f"{pointer}/{box}", replace(field, type=box, label={"ja": words}), text)
    else:
        yield Answer(pointer, field, raw)


def row_ids(there: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The ids of each table's rows, as the page names them."""
    found: dict[str, list[str]] = {}
    for item in there:
        if item["name"].startswith("row:"):
            found.setdefault(item["name"].removeprefix("row:"), []).append(item["value"])
    return found


def stands_there(there: list[dict[str, Any]], field: Field) -> bool:
    """Whether the form already holds an answer to a question, or does not ask for one."""
    pointer = f"/{field.name}"
    if field.type == "table":
        return bool(row_ids(there).get(pointer))
    mine = [i for i in there if i["name"] == pointer or i["name"].startswith(f"{pointer}/")]
    chosen = [i["checked"] if i["type"] in ("radio", "checkbox") else i["value"] for i in mine]
    return not mine or any(chosen)


async def match_rows(page: Page, fields: list[Field], data: Mapping[str, Any]) -> bool:
    """Add or remove one row where a table has not as many as the data; whether something was done."""
    rows = row_ids(await controls(page))
    for field in fields:
        pointer = f"/{field.name}"
        if field.type != "table" or not isinstance(data.get(field.name), list):
            continue
        have, want = rows.get(pointer, []), len(data[field.name])
        add = page.locator(f'button[value="add:{pointer}"]')
        if len(have) != want:
            await settled(page)
        if len(have) < want and not (have and field.spec.prefill) and await add.count():
            await click_through(page, add)
            return True
        if len(have) > want and field.spec.prefill is None:
            await click_through(page, page.locator(f'button[value="remove:{pointer}/{have[-1]}"]'))
            return True
    return False


async def type_in(page: Page, answer: Answer, there: list[dict[str, Any]], pdf: Path) -> None:
    """Answer one question with the control that bears its label."""
    mine = [item for item in there if item["name"] == answer.pointer]
    words = {item["label"] for item in mine}
    assert words == {answer.label}, f"{answer.pointer} is labelled {words}, not {answer.label}"
    control = page.locator(f'[name="{answer.pointer}"]')
    kinds = {item["type"] for item in mine}
    if "file" in kinds:
        await control.set_input_files(pdf)
    elif "radio" in kinds:
        chosen = _text(answer.raw)
        if answer.field.type == "entry":  # the page names entries by their own ids
            chosen = mine[0]["value"]
        await page.locator(f'[name="{answer.pointer}"][value="{chosen}"]').check()
    elif "checkbox" in kinds:
        chosen_many = (
            [_text(raw) for raw in answer.raw]
            if isinstance(answer.raw, list)
            else [_text(answer.raw)]
        )
        for item in mine:
            box = page.locator(f'[name="{answer.pointer}"][value="{item["value"]}"]')
            await box.set_checked(item["value"] in chosen_many)
    elif "select-one" in kinds:
        await control.select_option(_text(answer.raw))
    else:
        await control.fill(_text(answer.raw))


async def attach_required(page: Page, pdf: Path) -> None:
    """Attach a sheet of paper wherever one is required."""
    for _ in range(20):
        open_places = (
            page.locator("main div[id^='a-']")
            .filter(
                has=page.locator(
                    ".dads-chip-tag, .dads-tag, span",
                    has_text=re.compile("^\\s*必ず|^\\s*必須|^\\s*必要"),
                )
            )
            .filter(has=page.locator("input[type=file]"))
            .filter(has_not=page.locator(".dads-file-list__item"))
        )
        if not await open_places.count():
            await _open_files(page)
            return
        place = open_places.first
        await place.locator("input[type=file]").set_input_files(pdf)
        await click_through(page, place.get_by_role("button", name="アップロード"))
    raise AssertionError(f"attachments never end: {await complaints(page)}")


async def _open_files(page: Page) -> None:
    for link in await page.locator(".dads-file-list__name a").all():
        answer = await page.context.request.get(await link.get_attribute("href") or "")
        assert (await answer.body()).startswith(b"%PDF")


async def press(page: Page, name: str) -> None:
    """Press a button by what it says, and wait for the page that follows."""
    await settled(page)
    button = page.get_by_role("button", name=name, exact=True)
    # The first button of a form may be there only for the Enter key.
    await click_through(page, button.last)


async def click_through(page: Page, what: Any) -> None:
    """Click something that sends the form, and wait for the answer."""
    async with page.expect_navigation(wait_until="domcontentloaded"):
        await what.click()


async def complaints(page: Page) -> str:
    """What a page complains of, for the message of a failed test."""
    summary = page.locator(".dads-error-summary, .dads-form-control-label__error")
    return f"{page.url}: " + " / ".join(await summary.all_inner_texts())


def _text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)
