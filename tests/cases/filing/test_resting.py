"""Filing while the proof of who represents the organisation is too old: refused, and nothing is lost."""

from datetime import timedelta

from madoguchi.cases.models import Draft
from madoguchi.identity.models import Membership, Organisation, Verification
from tests.cases.filing.office import Office
from tests.cases.filing.test_after import file_one, filing


async def proved(office: Office, days: int) -> None:
    """The proof of the applicant, as representative, is due in so many days."""
    counter = office.counter
    actor = counter.people["applicant"]
    due = counter.clock() + timedelta(days=days)
    async with counter.database.session() as session:
        held = await session.get_one(Membership, (actor.id, actor.organisation))
        held.role = "representative"
        await session.merge(
            Verification(
                person_id=actor.id,
                organisation_id=actor.organisation,
                route="document",
                claims={},
                at=counter.clock(),
                due_at=due,
            )
        )
        (await session.get_one(Organisation, actor.organisation)).proof_due_at = due
        await session.commit()


async def test_what_was_typed_waits_for_the_proof(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    draft = (await client.post(f"/cases/{case_id}/copy")).headers["location"]
    await proved(office, 0)
    stopped = await client.post(f"{draft}/file")
    assert stopped.status_code == 303
    assert stopped.headers["location"] == f"/representative?return={draft}/check"
    withdraw = await client.post(f"/cases/{case_id}/actions/withdraw")
    assert withdraw.headers["location"] == f"/representative?return=/cases/{case_id}"
    for headers in ({"Idempotency-Key": "resting-0001"}, {"Idempotency-Key": "resting-0002"}):
        answer = await client.post(
            "/api/v1/procedures/trial/filings", json=await filing(client), headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed"), answer.text
    api = await client.post(f"/api/v1{draft}/file")
    assert (api.status_code, api.json()["code"]) == (403, "proof_needed")
    # Everything can be read, the draft is whole and may be typed into.
    assert (await client.get(f"/cases/{case_id}")).status_code == 200
    assert (await client.get(draft)).status_code in (200, 303)
    async with office.counter.database.reading() as session:
        kept = await session.get_one(Draft, draft.rpartition("/")[2])
        assert kept.filed_at is None
        assert kept.entered
    # Proved anew, it is filed.
    await proved(office, 365)
    body = await filing(client)
    content = {"entered": body["data"], "attached": body["attached"]}
    etag = (await client.get(f"/api/v1{draft}")).headers["etag"]
    await client.put(f"/api/v1{draft}", json=content, headers={"If-Match": etag})
    filed = await client.post(f"{draft}/file")
    assert filed.headers["location"].endswith("/receipt"), filed.text
