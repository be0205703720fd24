"""The level of assurance that each way of signing in reaches."""

import pytest

from madoguchi.identity.assurance import ACR_1, ACR_2, ACR_3, acr_of, reaches


@pytest.mark.parametrize(
    ("amr", "acr"),
    [
        ((), ACR_1),
        (("pwd",), ACR_1),
        (("email",), ACR_1),
        (("pwd", "email"), ACR_1),  # one factor: who reads the mail can set the password
        (("otp",), ACR_1),
        (("otp", "recovery"), ACR_1),
        (("pwd", "otp"), ACR_2),
        (("email", "otp"), ACR_2),
        (("email", "recovery"), ACR_2),
        (("pop",), ACR_1),  # a key that did not ask its user
        (("pop", "user"), ACR_3),
        (("pwd", "pop", "user"), ACR_3),
    ],
)
def test_the_level_comes_from_the_ways(amr: tuple[str, ...], acr: str) -> None:
    assert acr_of(amr) == acr


def test_a_level_reaches_itself_and_those_below() -> None:
    assert reaches(ACR_3, ACR_2)
    assert reaches(ACR_2, ACR_2)
    assert not reaches(ACR_1, ACR_2)
    assert not reaches("urn:other", ACR_1)
    assert not reaches(ACR_3, "urn:other")
