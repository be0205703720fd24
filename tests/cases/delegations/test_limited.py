"""What needs a fresh proof by API, how often one may ask for numbers, what a limited member reads."""

from datetime import timedelta

from sqlalchemy import select, update

from madoguchi.identity import service as identity
from madoguchi.identity.account.models import Account
from madoguchi.identity.assurance import ACR_1, ACR_2
from madoguchi.identity.models import AccessToken, Membership
from madoguchi.messages import service as messages
from madoguchi.messages.models import Message
from tests.cases.delegations.test_agents import FIRM_NUMBER, parties
from tests.cases.filing.office import Office
from tests.cases.filing.test_after import file_one

TERMS = {"agent": FIRM_NUMBER, "procedures": ["trial"], "powers": ["file"]}


async def with_accounts(office: Office) -> None:
    """Both representatives have an account: they have something to prove themselves with."""
    counter = office.counter
    async with counter.database.session() as session:
        for number, who in enumerate(("代表 太郎", "代書 花子")):
            session.add(
                Account(
                    person_id=counter.people[who].id,
                    address=f"{number}@example.jp",
                    created_at=counter.clock(),
                )
            )
        await session.commit()


async def proved(office: Office, who: str, acr: str | None, minutes: int) -> None:
    """The keys of somebody were made by such a proof."""
    counter = office.counter
    async with counter.database.session() as session:
        await session.execute(
            update(AccessToken)
            .where(AccessToken.person_id == counter.people[who].id)
            .values(acr=acr, authenticated_at=counter.clock() - timedelta(minutes=minutes))
        )
        await session.commit()


async def test_a_mandate_is_given_and_taken_with_a_fresh_proof_only(office: Office) -> None:
    await parties(office)
    firm, principal = await office.client("代書 花子"), await office.client("代表 太郎")
    await with_accounts(office)
    for acr, minutes in ((None, 0), (ACR_1, 1), (ACR_2, 16)):
        await proved(office, "代表 太郎", acr, minutes)
        answer = await principal.post("/api/v1/mandates", json=TERMS)
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] == "insufficient_user_authentication"
        wanted = answer.headers["www-authenticate"]
        assert 'error="insufficient_user_authentication"' in wanted
        assert f'acr_values="{ACR_2}"' in wanted
        assert 'max_age="900"' in wanted
    await proved(office, "代表 太郎", ACR_2, 14)
    made = await principal.post("/api/v1/mandates", json=TERMS)
    assert made.status_code == 201, made.text
    path = f"/api/v1/mandates/{made.json()['id']}"
    await proved(office, "代書 花子", ACR_2, 60)
    assert (await firm.post(f"{path}/accept")).status_code == 401
    await proved(office, "代書 花子", ACR_2, 1)
    assert (await firm.post(f"{path}/accept")).json()["state"] == "in_force"
    # Whoever wants it to end never waits for that.
    await proved(office, "代表 太郎", None, 9999)
    assert (await principal.post(f"{path}/end")).json()["state"] == "withdrawn"


async def test_numbers_cannot_be_asked_for_one_after_another(office: Office) -> None:
    """Known and unknown alike count, and once it is enough both are answered the same."""
    await parties(office)
    client = await office.client("代表 太郎")
    for _ in range(50):
        answer = await client.post("/api/v1/mandates", json={**TERMS, "agent": "6999901000002"})
        assert answer.status_code == 422
    for number in ("6999901000002", FIRM_NUMBER):
        answer = await client.post("/api/v1/mandates", json={**TERMS, "agent": number})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    page = await client.get("/delegations/new")
    typed = {"kind": "offer", "at": "agent", "/agent": FIRM_NUMBER}
    answer = await client.post("/delegations/new", data=typed)
    assert answer.status_code in (422, 429), page.text
    assert "代書 花子株式会社" not in answer.text


async def subjects(office: Office, who: str) -> set[str]:
    """What a person reads: by API, and the number the pages show."""
    client = await office.client(who)
    found = (await client.get("/api/v1/messages")).json()
    for one in found["items"]:
        assert (await client.get(f"/inbox/{one['id']}")).status_code == 200
    return {one["subject"]["ja"] for one in found["items"]}


async def test_a_member_for_single_procedures_reads_of_these_only(office: Office) -> None:
    await office.publish_trial()
    counter = office.counter
    await office.add_person("係 次郎", counter.organisation)
    case_id = await file_one(office)
    async with counter.database.session() as session:
        for case in (case_id, None):
            await messages.notify(
                session,
                to=messages.Recipient(organisation=counter.organisation),
                subject={"ja": f"件名 {case}", "en": "Subject"},
                body={"ja": "本文", "en": "Body"},
                at=counter.clock(),
                dedupe_key=f"test:{case}",
                case_id=case,
            )
        await session.commit()
    assert {f"件名 {case_id}", "件名 None"} <= await subjects(office, "係 次郎")
    for limits, seen in ((["trial"], {f"件名 {case_id}"}), (["another"], set())):
        async with counter.database.session() as session:
            key = (counter.people["係 次郎"].id, counter.organisation)
            (await session.get_one(Membership, key)).procedures = limits
            await session.commit()
        read = await subjects(office, "係 次郎")
        assert {one for one in read if one.startswith("件名")} == seen
        assert seen or not read, "nothing of the organisation's at all"
    async with counter.database.reading() as session:
        hidden = await session.scalar(
            select(Message.id).where(Message.dedupe_key == f"test:{case_id}")
        )
    client = await office.client("係 次郎")
    assert (await client.get(f"/inbox/{hidden}")).status_code == 404
    assert (await client.post(f"/api/v1/messages/{hidden}/read")).status_code == 404


async def test_colleagues_are_those_whose_role_is_in_force(office: Office) -> None:
    counter = office.counter
    today = counter.clock().date()
    async with counter.database.session() as session:
        for name, since, until in (
            ("前任", None, today - timedelta(days=2)),
            ("現任", None, None),
            ("後任", today + timedelta(days=2), None),
        ):
            person = await identity.add_person(session, counter.clock, name=name)
            await identity.grant_role(
                session,
                counter.clock,
                person.id,
                "meti",
                "legal",
                valid_from=since,
                valid_to=until,
                by="test",
            )
        await session.commit()
        found = await identity.officials_of(session, ["meti"], "legal", today)
    assert [person.name for person in found] == ["現任"]
