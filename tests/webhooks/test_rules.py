"""Signatures and pauses of webhooks."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.webhooks import rules

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)


def test_the_vector_of_standard_webhooks() -> None:
    """The example of the specification's own libraries."""
    signed = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@settings(max_examples=40)
@given(st.binary(max_size=200), st.text(max_size=30), st.integers(-299, 299), st.data())
def test_only_what_was_signed_is_accepted(
    body: bytes, id: str, late: int, data: st.DataObject
) -> None:
    secret, other = (rules.secret_of("key", "ENDPOINT", serial) for serial in (1, 2))
    stamp = int(NOW.timestamp()) + late
    good = rules.signature(secret, id, stamp, body)
    both = f"{rules.signature(other, id, stamp, body)} {good}"
    assert rules.is_signed(secret, id, str(stamp), body, good, NOW)
    assert rules.is_signed(secret, id, str(stamp), body, both, NOW)
    wrong = data.draw(st.sampled_from(["body", "id", "stamp", "secret", "old", "text"]))
    args = {
        "body": (secret, id, str(stamp), body + b" ", good, NOW),
        "id": (secret, id + "x", str(stamp), body, good, NOW),
        "stamp": (secret, id, str(stamp + 1), body, good, NOW),
        "secret": (other, id, str(stamp), body, good, NOW),
        "old": (secret, id, str(stamp), body, good, NOW + timedelta(minutes=11)),
        "text": (secret, id, "１", body, "v1,ー", NOW),
    }[wrong]
    assert not rules.is_signed(*args)


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_attempts_go_on_for_three_days_and_no_longer(id: str) -> None:
    now, attempts, pauses = NOW, 0, []
    while True:
        attempts += 1
        due = rules.next_attempt(id, attempts, NOW, now)
        if due is None:
            break
        pauses.append(due - now)
        now = due
    assert timedelta(days=2) < now - NOW <= timedelta(days=3)
    assert 10 <= attempts <= 18
    assert timedelta(seconds=7) < pauses[0] < timedelta(seconds=13)
    assert max(pauses) <= timedelta(hours=15)


def test_the_circuit_rests_longer_each_time_up_to_an_hour() -> None:
    rests = [rules.rest_after(failures) for failures in range(5, 30)]
    assert rests[0] == timedelta(minutes=1)
    assert rests == sorted(rests)
    assert rests[-1] == timedelta(hours=1)


def test_every_endpoint_and_serial_has_a_secret_of_its_own() -> None:
    found = {
        rules.secret_of(key, id, serial)
        for key in ("a", "b")
        for id in ("X", "Y")
        for serial in (1, 2)
    }
    assert len(found) == 8
