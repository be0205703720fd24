"""The fictional companies: valid numbers that no real corporation can have, whole records."""

import json

from madoguchi.kernel.japanese import is_corporate_number, is_kana
from madoguchi.registry.link import simulated_companies, simulated_look_up

COMPANIES = simulated_companies()


def test_numbers_are_valid_and_nobodys() -> None:
    assert len(COMPANIES) == 12
    for number in COMPANIES:
        assert is_corporate_number(number)
        assert number[1:5] == "9999"


def test_records_are_whole() -> None:
    for record in COMPANIES.values():
        assert record.name
        assert is_kana(record.kana)
        assert set(record.address) == {"postal_code", "prefecture", "city", "street", "building"}
        assert record.officers
        assert record.representatives
        assert record.simulated
        assert json.loads(json.dumps(record.as_json()))["number"] == record.number
        assert record.as_corporation()["representative_name"]


def test_the_cases_that_procedures_must_survive() -> None:
    states = {record.status for record in COMPANIES.values()}
    assert states == {"active", "closed", "merged"}
    assert any(record.under_change for record in COMPANIES.values())
    merged = next(record for record in COMPANIES.values() if record.status == "merged")
    assert COMPANIES[merged.successor or ""].address == merged.address


async def test_unknown_number() -> None:
    assert await simulated_look_up("1130001011420") is None
