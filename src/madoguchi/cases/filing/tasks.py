"""The task list of a draft (タスク一覧): pure, from the draft and its verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.filing.evaluating import Judged
from madoguchi.cases.filing.files import FILES
from madoguchi.cases.models import Draft
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Page, is_blank

DONE, CURRENT, TODO, ERROR, ASKED = "done", "current", "todo", "error", "asked"


@dataclass(frozen=True)
class Task:
    """One page, or the attachments: `state` is done, current (begun), todo, error or asked."""

    title: Text
    href: str
    state: str
    kind: str = "page"


def tasks_of(draft: Draft, judged: Judged) -> list[Task]:
    """Every page that has a question now, then the attachments when any are asked for."""
    tasks = [
        Task(page.title, f"/drafts/{draft.id}/pages/{page.id}", page_state(draft, judged, page))
        for page in asked_pages(judged)
    ]
    if asks_for_files(judged):
        tasks.append(
            Task(
                {"ja": "添付書類", "en": "Attachments"},
                f"/drafts/{draft.id}/attachments",
                files_state(draft, judged),
                "files",
            )
        )
    return tasks


def asked_pages(judged: Judged) -> list[Page]:
    """The pages that have at least one question or answer to show now."""
    package, relevant = judged.package, judged.evaluation.relevant
    return [
        page
        for page in package.pages
        if any(
            f"/{name}" in relevant
            and package.fields[name].type != "note"
            and not package.fields[name].for_officials
            for name in page.fields
        )
    ]


def asks_for_files(judged: Judged) -> bool:
    """Whether any attachment is asked for, or left out thanks to what is known."""
    return any(state.state != "none" for state in judged.evaluation.attachments.values())


def points_on(draft: Draft, page: Page) -> list[str]:
    """The places on a page that the office asked to correct."""
    places = {f"/{name}" for name in page.fields}
    return [point for point in draft.points if f"/{point.split('/')[1]}" in places]


def page_state(draft: Draft, judged: Judged, page: Page) -> str:
    """done, current, todo, error or asked.

    Faults count as errors only once the page has been sent; what the office asked to correct
    stays asked until the page is saved.
    """
    places = {f"/{name}" for name in page.fields}
    faulty = any(
        fault.pointer.startswith("/") and f"/{fault.pointer.split('/')[1]}" in places
        for fault in judged.evaluation.errors
    )
    if page.id in draft.visited and (faulty or page.id in draft.sheets):
        return ERROR if faulty else DONE
    if points_on(draft, page):
        return ASKED
    if page.id in draft.visited:
        return DONE
    begun = any(not is_blank(draft.entered.get(name)) for name in page.fields)
    # Filled in from what is known is not yet seen by the person: it stays to be looked at.
    return CURRENT if begun and page.id in draft.sheets else TODO


def files_state(draft: Draft, judged: Judged) -> str:
    """done when every required attachment is there; asked while a correction is not made."""
    states = judged.evaluation.attachments
    missing = [s for s in states.values() if s.state == "required" and not s.files]
    faulty = any(f.pointer.startswith("/attachments/") for f in judged.evaluation.errors)
    begun = any(s.files for s in states.values())
    asked = any(point.startswith("/attachments/") for point in draft.points)
    if asked and FILES not in draft.sheets:
        return ASKED
    if not faulty and not missing:
        return DONE
    if FILES in draft.visited:
        return ERROR
    return CURRENT if begun else TODO


def task_groups(
    tasks: list[Task], judged: Judged, t: Callable[..., str], check: str
) -> list[dict[str, Any]]:
    """The groups of the task list component."""
    asked = {"status": t("cases.tasks.asked"), "tone": "warning"}
    shown = [
        {
            "title": task.title,
            "href": task.href,
            **(asked if task.state == ASKED else {"status": task.state}),
        }
        for task in tasks
    ]
    last = {"title": t("cases.tasks.check"), "href": check, "status": TODO}
    ready = judged.evaluation.valid and all(task.state == DONE for task in tasks)
    if not ready:
        last["hint"] = t("cases.tasks.check_hint")
    return [
        {"title": t("cases.tasks.fill"), "tasks": shown},
        {"title": t("cases.tasks.send"), "tasks": [last]},
    ]
