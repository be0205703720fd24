"""What somebody showed decides how much of what they are is open: pure decisions."""

from datetime import UTC, datetime

import pytest

from madoguchi.identity.delegation.rules import Held
from madoguchi.identity.models import Organisation, Person
from madoguchi.identity.rules import limits_of, may_file_for
from madoguchi.identity.service.actors import acting
from madoguchi.identity.service.belonging import Member
from madoguchi.identity.service.standing import Standing, firm_for, reached
from madoguchi.identity.shown import NOTHING, Shown, shown_of

AT = datetime(2026, 4, 1, tzinfo=UTC)
PERSON = Person(id="P", name="港 一郎", created_at=AT)
FIRST, SECOND, CLIENT = (
    Organisation(id=id, name=id, created_at=AT) for id in ("FIRST", "SECOND", "CLIENT")
)
BY_FIRST = Held("M1", "CLIENT", "FIRST", frozenset({"gas"}))
BY_SECOND = Held("M2", "CLIENT", "SECOND", frozenset({"oil"}))
OF_ANOTHER = Held("M3", "OTHER", "SECOND")
IN_PERSON = Held("M4", "OTHER")
WHOLE = Standing(
    frozenset({("meti", "examiner"), ("jpo", "manager"), ("moj", "approver")}),
    (Member(FIRST, ()), Member(SECOND, ("oil", "salt"), branch="WEST")),
    (BY_FIRST, BY_SECOND, OF_ANOTHER, IN_PERSON),
)


def names(standing: Standing) -> tuple[list[str], list[str]]:
    return [one.organisation.id for one in standing.members], [one.mandate for one in standing.held]


@pytest.mark.parametrize(
    ("shown", "members", "held", "agencies"),
    [
        (NOTHING, ["FIRST", "SECOND"], ["M1", "M2", "M3", "M4"], {"meti", "jpo", "moj"}),
        (Shown("FIRST", alone=True), [], [], {"meti", "jpo", "moj"}),
        (Shown("FIRST", agency="meti"), [], [], {"meti", "jpo"}),
        (Shown("FIRST", agency="jpo", alone=True), [], [], {"jpo"}),
        (Shown("FIRST", agency="mod"), [], [], set()),
        # A key of one firm: its own mandates; a key of a client: whoever may act for that client.
        (Shown("FIRST", "FIRST", "T"), ["FIRST"], ["M1"], {"meti", "jpo", "moj"}),
        (
            Shown("CLIENT", "CLIENT", "T"),
            ["FIRST", "SECOND"],
            ["M1", "M2"],
            {"meti", "jpo", "moj"},
        ),
        (Shown(None, None, "T"), ["FIRST", "SECOND"], ["M4"], {"meti", "jpo", "moj"}),
    ],
)
def test_how_much_is_open(
    shown: Shown, members: list[str], held: list[str], agencies: set[str]
) -> None:
    found = reached(WHOLE, shown)
    assert names(found) == (members, held)
    assert {agency for agency, _ in found.grants} == agencies


@pytest.mark.parametrize(
    ("through", "firm", "limits"),
    [
        ("FIRST", "FIRST", {"gas", "oil"}),
        ("SECOND", "SECOND", {"oil"}),
        (None, "SECOND", {"oil"}),  # the newest mandate's
        ("CLIENT", "SECOND", {"oil"}),
    ],
)
def test_an_agent_of_two_firms_acts_through_the_one_named(
    through: str | None, firm: str, limits: set[str]
) -> None:
    actor = acting(PERSON, WHOLE, Shown("CLIENT", through), "ja", principal=CLIENT)
    assert (actor.agent, actor.own_organisation, actor.shown.through) == (True, firm, firm)
    assert limits_of(actor) == limits
    assert actor.branch == (None if firm == "FIRST" else "WEST")


def test_a_key_of_one_firm_never_files_what_only_the_others_mandate_covers() -> None:
    shown = Shown("CLIENT", "FIRST", "T")
    actor = acting(PERSON, reached(WHOLE, shown), shown, "ja", principal=CLIENT)
    assert may_file_for(actor, "CLIENT", "gas")
    assert not may_file_for(actor, "CLIENT", "oil")
    assert actor.shown == shown, "a job of it shows the same"


def test_what_was_shown_is_kept_whole() -> None:
    shown = Shown("A", "B", "C", alone=True, agency="meti")
    assert shown_of(shown.as_json()) == shown
    with pytest.raises(KeyError):  # nothing kept opens nothing
        shown_of({})
    assert firm_for([IN_PERSON], "OTHER", "FIRST") is None


def test_a_mandate_narrowed_to_nothing_is_none() -> None:
    assert BY_FIRST.narrowed(frozenset()) is BY_FIRST
    assert BY_FIRST.narrowed(frozenset({"oil"})) is None
    assert OF_ANOTHER.narrowed(frozenset({"oil"})) == Held(
        "M3", "OTHER", "SECOND", frozenset({"oil"})
    )
