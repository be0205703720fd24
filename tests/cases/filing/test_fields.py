"""Fields only for whom they are granted to (ASVS 8.2.3): what a filer sends beyond theirs is worth nothing."""

import pytest

from tests.cases.filing.office import Office
from tests.cases.filing.test_api import filing

FILE = "/api/v1/procedures/trial/filings"


async def test_what_is_calculated_or_read_only_is_not_the_filers_to_say(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    forged = {"number": "5999903000001", "name": "別の会社"}
    body = await filing(client, kind="a", total="999999", applicant=forged)
    sent = await client.post(FILE, json=body, headers={"Idempotency-Key": "fields-0001"})
    assert sent.status_code == 201, sent.text
    data = (await client.get(sent.headers["location"])).json()["data"]
    assert data["total"] == "12.5"
    assert data["applicant"]["number"] != forged["number"]
    assert "other" not in data  # not relevant: absent, whoever sent it


@pytest.mark.parametrize(
    "beyond",
    [
        {"state": "decided"}, {"outcome": "granted"}, {"agency_id": "meti"}, {"number": "1"},
        {"organisation": "01J00000000000000000000000"}, {"arrived_at": "2020-01-01T00:00:00Z"},
    ],
    ids=lambda beyond: next(iter(beyond)),
)  # fmt: skip
async def test_nobody_sends_what_a_case_is_given(office: Office, beyond: dict[str, str]) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    body = {**await filing(client), **beyond}
    sent = await client.post(FILE, json=body, headers={"Idempotency-Key": "beyond-0001"})
    assert sent.status_code == 422
