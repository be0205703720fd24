"""Who may open what: every address that names a record, asked for by people it does not concern.

The installation is the demo's, served; the outsiders are the public, a member of a company that never
filed anything, and an official who has every role, at an agency that never had anything to do
(ASVS 8.2 and 8.4).
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from madoguchi.identity.rules import PROOFING, ROLES
from madoguchi.kernel.ids import new_id
from tests.journeys.routes import all_routes
from tests.journeys.site import Site

pytestmark = pytest.mark.journey
NOWHERE = "pref-47"
PARAM = re.compile(r"\{(\w+)(?::path)?\}")
# Where the records are that a parameter names.
RECORDS = {
    "case_id": 'SELECT id FROM "case" ORDER BY id',
    "draft_id": "SELECT id FROM draft ORDER BY id",
    "inspection_id": "SELECT id FROM inspection ORDER BY id",
    "visit_id": "SELECT id FROM inspection ORDER BY id",
    "plan_id": "SELECT id FROM inspection_plan",
    "finding_id": "SELECT id FROM finding",
    "task_id": "SELECT id FROM opinion_task",
    "obligation_id": "SELECT id FROM obligation",
    "letter_id": "SELECT id FROM letter ORDER BY id",
    "sha256": "SELECT sha256 FROM document ORDER BY id",
    "person_id": "SELECT id FROM person WHERE about <> '{}'",
}
OF_A_PATH = {
    r"(/api/v1|/desk)?/payments/\{id}.*": "SELECT id FROM payment_request",
    r"/inbox/\{id}|/api/v1/messages/\{id}/.*": "SELECT id FROM message ORDER BY id",
    r"(/api/v1)?/desk/entries/\{entry_id}.*": "SELECT entry_id FROM register_entry ORDER BY id",
    r"(/api/v1)?/ledgers/\{(entry|entry_id)}.*": "SELECT entry_id FROM register_entry ORDER BY id",
    r"/letters/\{letter_id}": "SELECT id FROM entry_letter",
    r".*/inspections/.*/letters/\{letter_id}": "SELECT id FROM inspection_letter",
}
OTHER = {
    "name": "withdraw", "action": "withdraw", "key": "granted", "page_id": "1", "section_id": "1",
    "act": "excuse", "step": "confirm", "answer": "approve", "photo_id": "01J00000000000000000000000",
}  # fmt: skip
DENIED = (401, 403, 404)
# What is well formed, so that it is the right that fails and not the form.
WHY = {"reason": "試し", "basis": "試し"}
BODIES: dict[str, dict[str, Any]] = {
    "/erasure": {**WHY, "ground": "mistake"},
    "/hold": WHY,
    "/excuse": {"reason": "試し"},
    "/opinions/{task_id}/withdraw": {"reason": "試し"},
    "/assignee": {"assignee": None},
    "/drafts/{draft_id}": {"entered": {}},
    "/records": {"records": []},
    "/ledgers/{entry}/uses": {
        "reference": "1",
        "on": "2026-04-01",
        "amounts": [{"ledger": "amount", "amount": "1"}],
    },
}
# What somebody of the demo does open, by the same addresses.
THEIRS = """
    /cases/{case_id} /desk/cases/{case_id} /api/v1/cases/{case_id} /cases/{case_id}/receipt
    /payments/{id} /inbox/{id} /letters/{letter_id} /desk/entries/{entry_id}
    /desk/inspections/{inspection_id} /visits/{visit_id} /desk/inspections/plans/{plan_id}
    /desk/opinions/{task_id} /desk/obligations/{obligation_id} /api/v1/drafts/{draft_id}
""".split()


def ids_for(database: sqlite3.Connection, path: str, param: str) -> list[str]:
    own = (sql for place, sql in OF_A_PATH.items() if re.fullmatch(place, path) and param in place)
    query = next(own, RECORDS.get(param))
    return [str(row[0]) for row in database.execute(query)] if query else []


def addresses(database: sqlite3.Connection, path: str) -> list[str]:
    """The address filled with a record there is; none when it names no record."""
    if not any(ids_for(database, path, param) for param in PARAM.findall(path)):
        return []
    named = {
        param: (ids_for(database, path, param) or [OTHER.get(param, "x")])[0]
        for param in PARAM.findall(path)
    }
    return [PARAM.sub(lambda match: named[match[1]], path)]


@pytest.fixture(scope="module")
def outsiders(site: Site) -> Iterator[dict[str, httpx.Client]]:
    people = {"applicant": new_id(), "official": new_id()}
    company, now = new_id(), "2026-04-01 00:00:00.000000"
    with closing(sqlite3.connect(site.home / "madoguchi.db", timeout=30)) as database, database:
        for who, id in people.items():
            database.execute(
                "INSERT INTO person (id, name, kana, title, language, about, active, created_at)"
                " VALUES (?, ?, '', '', 'ja', ?, 1, ?)",
                (id, f"外の {who}", json.dumps({"ja": "x", "en": "x"}), now),
            )
        database.execute(
            "INSERT INTO organisation (id, name, kana, name_en, address, representative_title,"
            " representative_name, created_at) VALUES (?, '無関係株式会社', '', '', '{}', '', '', ?)",
            (company, now),
        )
        database.execute(
            "INSERT INTO membership (person_id, organisation_id, role) VALUES (?, ?, 'representative')",
            (people["applicant"], company),
        )
        for role in ROLES.keys() - {PROOFING}:  # who proves identities looks after all accounts
            database.execute(
                "INSERT INTO role_grant (person_id, agency_id, role) VALUES (?, ?, ?)",
                (people["official"], NOWHERE, role),
            )
    clients = {"public": httpx.Client(base_url=site.address, timeout=60)}
    clients |= {who: signed_in(site, id) for who, id in people.items()}
    yield clients
    for client in clients.values():
        client.close()
    with closing(sqlite3.connect(site.home / "madoguchi.db", timeout=30)) as database, database:
        database.execute("UPDATE person SET active = 0 WHERE id IN (?, ?)", tuple(people.values()))


def signed_in(site: Site, person: str) -> httpx.Client:
    client = httpx.Client(base_url=site.address, timeout=60)
    assert client.post("/sign-in", data={"person": person}).status_code == 303
    return client


@pytest.fixture
def database(site: Site) -> Iterator[sqlite3.Connection]:
    where = f"file:{site.home / 'madoguchi.db'}?mode=ro"
    with closing(sqlite3.connect(where, uri=True)) as opened:
        yield opened


def refused(answer: httpx.Response) -> bool:
    sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    # 204: nothing is told, and what is typed stays on the page of somebody who was signed out.
    return sent_away or answer.status_code in DENIED or answer.status_code == 204


def test_nobody_opens_anothers_record(
    site: Site, outsiders: dict[str, httpx.Client], database: sqlite3.Connection, tmp_path: Path
) -> None:
    asked = {
        path: addresses(database, path) for method, path in all_routes(tmp_path) if method == "GET"
    }
    opened = [
        (who, address)
        for path in asked
        for address in asked[path]
        for who, client in outsiders.items()
        if not refused(client.get(address))
    ]
    assert opened == []
    # The same addresses are there: those whom they concern open them.
    insiders = [
        signed_in(site, row[0])
        for row in database.execute("SELECT id FROM person WHERE active AND name NOT LIKE '外の%'")
    ]
    shut = [
        path
        for path in THEIRS
        if not any(client.get(asked[path][0]).status_code == 200 for client in insiders)
    ]
    for client in insiders:
        client.close()
    assert shut == []


def test_nobody_changes_anothers_record(
    site: Site, outsiders: dict[str, httpx.Client], database: sqlite3.Connection, tmp_path: Path
) -> None:
    def written() -> int:
        about = "subject NOT LIKE 'person:%'"
        return int(database.execute(f"SELECT count(*) FROM journal WHERE {about}").fetchone()[0])

    before, done = written(), []
    for method, path in all_routes(tmp_path):
        if method == "GET":
            continue
        for address in addresses(database, path):
            for who, client in outsiders.items():
                given = next((b for end, b in BODIES.items() if path.endswith(end)), {})
                body: dict[str, Any] = (
                    {"json": given} if path.startswith("/api/") else {"data": {"x": "1"}}
                )
                headers = {"idempotency-key": new_id(), "if-match": '"1"'}
                answer = client.request(method, address, headers=headers, **body)
                if not refused(answer):
                    done.append((who, method, address, answer.status_code))
    assert done == []
    assert written() == before


def test_the_desk_is_for_officials_and_shows_each_their_own(
    outsiders: dict[str, httpx.Client], database: sqlite3.Connection, tmp_path: Path
) -> None:
    records = {str(row[0]) for row in database.execute('SELECT id FROM "case"')}
    records |= {str(row[0]) for row in database.execute("SELECT id FROM inspection")}
    let_in, told, stuck = [], [], []
    for method, path in all_routes(tmp_path):
        if method != "GET" or PARAM.search(path):
            continue
        desk = path.startswith(("/desk", "/api/v1/desk"))
        for who, client in outsiders.items():
            answer = client.get(path)
            if desk and who != "official" and not refused(answer):
                let_in.append((who, path))
            if records & set(re.findall("[0-9A-Z]{26}", answer.text)):
                told.append((who, path))
            page = answer.status_code == 200 and "<main" in answer.text
            # At a visit the pages must work without the network: signing out is one page up.
            if page and who != "public" and not path.startswith(("/visits/", "/dev/")):
                stuck += [path] if 'action="/sign-out"' not in answer.text else []
    assert stuck == []  # every page has the way out (ASVS 7.4.4)
    assert let_in == []
    assert told == []
