"""Every page of the site, found by following its links as each kind of person."""

import re
from collections import Counter, deque
from pathlib import Path

import pytest
from lxml import html
from playwright.async_api import Page

from madoguchi.installation.demo.people import PEOPLE
from tests.journeys.axe import violations
from tests.journeys.people import NARROW, PUBLIC, WIDE, People
from tests.journeys.routes import page_routes, route_of

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

ROLES = (
    (PUBLIC, "ja"),
    ("minato", "ja"),
    ("naniwa", "ja"),
    ("bay", "ja"),
    ("kanagawa-examiner", "ja"),
    ("kanagawa-approver", "ja"),
    ("meti-manager", "ja"),
    ("meti-administrator", "ja"),
    ("kanto-examiner", "ja"),
    ("kanto-manager", "ja"),
    ("bay", "en"),
    ("meti-examiner", "en"),
    ("kanto-inspector", "en"),
    (PUBLIC, "en"),
)
TITLES = {
    "ja": re.compile(r"(エラー: )?\S.*｜窓口"),
    "en": re.compile(r"(Error: )?\S.* \| Madoguchi"),
}
# What is no page: downloads, letters inside a frame.
FILES = re.compile(
    r"\.(pdf|json|csv|xlsx|js)$|/files/|/photos/|/letters/|/(template|file)$|^/log/|^/cases/[^/]+/tables/"
)  # of the path
# Forms differ from package to package and action to action: more than one of those is opened.
MORE = {
    # The ways in and what was found.
    "/corporations": 2,
    "/drafts/{draft_id}/pages/{page_id}": 4,
    "/desk/cases/{case_id}/actions/{name}": 3,
    "/procedures/{procedure_id}": 2,
    # Cases in several states: not each has a letter, a payment or something to do.
    "/desk": 6,
    "/desk/cases/{case_id}": 6,
    "/cases/{case_id}": 4,
}
# Reached by other ways than links.
UNLINKED = {
    "/payments",
    "/bulk",
    "/procedures/c/sample-31",
    "/demo",
    "/dev/components",
    "/dev/mail",
    "/dev/bank",
    "/desk/admin",
    "/desk/quotas",
    "/desk/entry-acts",
    "/desk/matches",
    "/developers/keys",
    "/linked-data",
    "/corporations?status=open",
    "/open-data",
    "/desk/together/support-organisation-certification",
}
NOT_OPENED = {
    # Of programs: a browser is led on to /open-data, whose files stand in tests/registry/dumps.
    "/catalog",
    "/open-data/files/{name}",
    # Read by calendar programs, at an address of its own.
    "/obligations/calendar/{person}/{organisation}/{token}.ics",
    # Opened by test_packages; the cases the crawler comes by have none.
    "/desk/cases/{case_id}/letters/{letter_id}",
    # Frozen and opened by test_collections.
    "/desk/collections/editions/{edition_id}",
    "/desk/collections/editions/{edition_id}/file",
    # Files of the log, read by its own tests.
    "/log/tile/{path:path}",
    "/log/checkpoint/cosigned",
    # Made and opened by test_exports.
    "/exports/{export_id}",
    "/exports/{export_id}/file",
    # Made and opened by test_inspections: nobody of the demo took a photo or attached a file.
    "/desk/inspections/{inspection_id}/photos/{photo_id}",
    "/visits/{inspection_id}/photos/{photo_id}",
    "/desk/inspections/{inspection_id}/files/{sha256}",
    "/inspections/{inspection_id}/files/{sha256}",
    "/visits/{visit_id}/conflicts",
    # Made and opened by test_bulk.
    "/bulk/{bulk_id}",
    "/bulk/{bulk_id}/faults.{format}",
    "/bulk/{bulk_id}/results.csv",
    # Made and opened by test_table_files; no table of the demo is too long for its page.
    "/drafts/{draft_id}/tables/{name}/uploads/{file_id}",
    "/drafts/{draft_id}/tables/{name}/uploads/{file_id}/faults.xlsx",
    "/drafts/{draft_id}/tables/{name}/faults.xlsx",
    "/cases/{case_id}/tables/{name}",
    # Asked for by services and devices: opened by test_services.
    "/account/services/{client_id}",
    "/device",
    "/oauth/authorize",
    "/oauth/logout",
    "/oauth/resume",
    # Registered and opened by test_services.
    "/desk/admin/clients/{client_id}",
    # Steps of signing in and up, and changes to an account, which people of the demo have not:
    # opened by test_accounts.
    "/sign-in/again",
    "/sign-in/proof",
    "/sign-up/proof",
    "/recovery/proof",
    "/invitations/{token}",
    "/representative",
    # Opened by test_card; another provider answers at the last two.
    "/representative/card",
    "/representative/card/back",
    "/sign-in/agency/{provider_id}/back",
    # Found by searching: opened by test_overseeing.
    "/desk/accounts/organisations/{organisation_id}",
    "/desk/accounts/people/{person_id}",
    "/desk/representatives/{proof_id}",
    "/desk/representatives/{proof_id}/file",
    "/account/security/authenticator",
    "/account/security/password",
    "/account/second-factor",
    "/account/security/address",
    "/account/security/address/proof",
    "/account/address/undo/{token}",
    "/account/close",
    "/organisation/close",
    "/organisation/members/{person_id}",
    "/organisation/programs/{program_id}",
    "/invitations/official/{token}",
    "/organisation/succession",
    # No licence of the demo has a ledger yet: the tests of ledgers open them.
    "/ledgers/{entry_id}",
    "/ledgers/{entry_id}/record",
    "/ledgers/{entry_id}/uses/{use_id}",
}
# Nobody of the demo has these; their own tests and journeys open them.
ELSEWHERE = (
    "/desk/collections/",
    "/desk/entry-acts",
    "/desk/payments/",
    "/desk/receipts/",
    "/desk/retention/",
    "/desk/inspections/{inspection_id}/letters/preview/",
    "/letters/",
    "/log/",
    "/simulator/card/",
    "/visits/",
    "/webhooks/",
)
opened: Counter[str] = Counter()
looked: set[tuple[str, str, str]] = set()  # kind of person, language, route
FACTS = """() => ({
  h1: document.querySelectorAll("h1").length, title: document.title, lang: document.documentElement.lang,
  wide: document.documentElement.scrollWidth, room: document.documentElement.clientWidth,
  // At the desk everything must be seen at once.
  scroll: [...document.querySelectorAll(".dads-table-container")].filter((it) => it.scrollWidth > it.clientWidth + 1).length,
  links: [...document.querySelectorAll("a[href], iframe[src]")].map((it) => it.getAttribute("href") ?? it.getAttribute("src")),
  ids: [...document.querySelectorAll("[id]")].map((it) => it.id),
})"""


@pytest.mark.parametrize(("who", "language"), ROLES)
async def test_the_pages_a_person_may_open(
    who: str, language: str, people: People, tmp_path: Path
) -> None:
    routes = page_routes(tmp_path)
    people.take_faults()
    page = await people.window(who, scripts=True, language=language)
    seen: Counter[str] = Counter()
    queue = deque(["/", *sorted(UNLINKED)])
    faults: list[str] = []
    known = set(queue)
    while queue:
        address = queue.popleft()
        route = route_of(address, routes)
        if route is None or seen[route] >= MORE.get(route, 1):
            continue
        if FILES.search(re.split("[?#]", address)[0]):
            seen[route] += 1
            answer = await page.context.request.get(address)
            if answer.status != 200:
                faults.append(f"{address}: status {answer.status}")
            opened[route] += 1
            continue
        view = (kind_of(who), language, route)
        if view in looked and route not in MORE:
            status, found, links = await read(page, address, language)
        else:
            status, found, links = await look(page, address, language, thorough=not opened[route])
        if address in UNLINKED and status in (403, 404):
            people.take_faults()
            continue
        seen[route] += 1
        if status != 200:
            faults.append(f"{address}: status {status}")
            continue
        opened[route] += 1
        looked.add(view)
        faults += [f"{address}: {fault}" for fault in found]
        for link in (found_link.split("#")[0] for found_link in links):
            if link.startswith("/") and link not in known and "lang=" not in link:
                known.add(link)
                queue.append(link)
    await page.close()
    assert not faults + people.take_faults(), "\n".join(faults)


async def test_no_page_was_left_out(people: People, tmp_path: Path) -> None:
    missing = [route for route in page_routes(tmp_path) if not opened[route]]
    if len(opened) < 10:
        pytest.skip("the pages were not opened in this run")
    left = {route for route in missing if not route.startswith(ELSEWHERE)}
    assert left <= NOT_OPENED, sorted(left - NOT_OPENED)


def kind_of(who: str) -> str:
    """People of one kind are shown the same pages: applicants, officials, everybody."""
    if who == PUBLIC:
        return PUBLIC
    return "official" if any(it.key == who and it.roles for it in PEOPLE) else "applicant"


Findings = tuple[int, list[str], list[str]]  # status, faults, links


async def look(page: Page, address: str, language: str, *, thorough: bool) -> Findings:
    """A page in the browser, at both widths.

    Axe looks at it at the width it is worked at: at the desk a screen, elsewhere a phone.
    """
    answer = await page.goto(address, wait_until="load")
    if answer is None or answer.status != 200:
        return (answer.status if answer else 0), [], []
    faults: list[str] = []
    links: list[str] = []
    worked_at = WIDE if address.startswith("/desk") else NARROW
    for width in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": 900})
        facts = await page.evaluate(FACTS)
        links = facts["links"]
        if facts["wide"] > facts["room"]:
            faults.append(f"scrolls sideways at {width} px ({facts['wide']} > {facts['room']})")
        if width == WIDE:
            if facts["scroll"]:
                faults.append(f"a table scrolls sideways at {width} px")
            faults += _shape(facts, language)
        if thorough and width == worked_at:
            faults += [f"{width} px: {line}" for line in await violations(page)]
    return 200, faults, links


async def read(page: Page, address: str, language: str) -> Findings:
    """A page as the server sends it: enough where somebody of the kind has looked at its like."""
    accepted = {"accept": "text/html", "accept-language": language}
    answer = await page.context.request.get(address, headers=accepted)
    if answer.status != 200:
        return answer.status, [], []
    tree = html.document_fromstring(await answer.body(), parser=html.HTMLParser(encoding="utf-8"))
    facts = {
        "h1": len(tree.findall(".//h1")),
        "title": " ".join((tree.findtext(".//title") or "").split()),
        "lang": tree.get("lang"),
        "ids": tree.xpath("//@id"),
    }
    return 200, _shape(facts, language), tree.xpath("//a/@href | //iframe/@src")


def _shape(facts: dict[str, object], language: str) -> list[str]:
    ids = Counter(facts["ids"])  # type: ignore[arg-type]
    twice = [name for name, count in ids.items() if count > 1]
    return [
        *([f"{facts['h1']} h1"] if facts["h1"] != 1 else []),
        *([] if TITLES[language].fullmatch(str(facts["title"])) else [f"title {facts['title']}"]),
        *([f"lang {facts['lang']}"] if facts["lang"] != language else []),
        *([f"ids twice: {twice[:5]}"] if twice else []),
    ]
