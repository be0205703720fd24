"""The mandates of programs: both sides, keys against doing twice, and problems."""

from tests.cases.delegations.test_agents import FIRM_NUMBER, parties
from tests.cases.filing.office import Office


async def test_programs_offer_accept_list_and_end(office: Office) -> None:
    await parties(office)
    firm, principal = await office.client("代書 花子"), await office.client("代表 太郎")
    stranger = await office.client("applicant")
    terms = {"agent": FIRM_NUMBER, "procedures": ["trial"], "powers": ["file"]}
    key = {"Idempotency-Key": "offer-mandate-0001"}
    made = await principal.post("/api/v1/mandates", json=terms, headers=key)
    assert made.status_code == 201, made.text
    again = await principal.post("/api/v1/mandates", json=terms, headers=key)
    assert again.json() == made.json()
    mandate = made.json()
    assert (mandate["state"], mandate["sides"], mandate["may"]) == (
        "offered",
        ["principal"],
        ["take_back"],
    )
    for body, code, status in (
        ({**terms, "agent": "nobody"}, "agent_missing", 422),
        ({**terms, "agent": "6999901000002"}, "agent_unknown", 422),
        ({**terms, "powers": ["pay"]}, "powers_unknown", 422),
        ({**terms, "valid_to": "2000-01-01"}, "period_past", 422),
        ({**terms, "source": "01HZZZZZZZZZZZZZZZZZZZZZZZ"}, "not_found", 404),
    ):
        answer = await principal.post("/api/v1/mandates", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    for body in ({}, {**terms, "valid_to": "きのう"}, {**terms, "more": 1}):
        assert (await principal.post("/api/v1/mandates", json=body)).status_code in (400, 422)
    path = f"/api/v1/mandates/{mandate['id']}"
    assert (await stranger.post("/api/v1/mandates", json=terms)).status_code == 403
    public = await office.client("public")
    assert (await public.get(path)).status_code == 401
    assert (await principal.post(f"{path}/accept")).status_code == 403
    accepted = await firm.post(f"{path}/accept")
    assert accepted.json()["state"] == "in_force", accepted.text
    assert (await firm.post(f"{path}/decline")).json()["code"] == "not_waiting"
    listed = (await firm.get("/api/v1/mandates?q=山田")).json()["items"]
    assert [item["id"] for item in listed] == [mandate["id"]]
    assert (await firm.get("/api/v1/mandates?q=だれか")).json()["items"] == []
    given = (await principal.get("/api/v1/mandates?side=given")).json()["items"]
    assert [item["id"] for item in given] == [mandate["id"]]
    assert (await firm.post(f"{path}/end")).json()["state"] == "given_up"
    assert (await firm.get("/api/v1/mandates")).json()["items"] == []
    asked = await firm.post("/api/v1/mandates", json={"principal": "1234567890123"})
    assert asked.json()["code"] == "agent_missing"
    assert asked.json()["errors"][0]["pointer"].endswith("/principal")
