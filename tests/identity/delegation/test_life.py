"""A mandate from its offer to its end: who may do what, what holds when, and who is told."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from madoguchi.identity.account.recording import TELL_JOB
from madoguchi.identity.delegation import offering
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Agent, Terms, agent_typed
from madoguchi.identity.delegation.rules import FILE
from madoguchi.identity.models import Organisation
from madoguchi.identity.reproof.rules import GRACE
from madoguchi.identity.service import (
    IdentityError,
    end_mandates,
    limits_of,
    mandates_of,
    may_file_for,
    still_hold,
)
from madoguchi.kernel import journal
from madoguchi.kernel.jobs.models import Job
from tests.identity.account.site import make_site
from tests.identity.delegation.world import FIRM_NUMBER, TERMS, Parties, make_parties


async def refusal(waiting) -> tuple[str, int]:
    with pytest.raises(IdentityError) as refused:
        await waiting
    return refused.value.code, refused.value.status


async def told(parties: Parties) -> list[tuple[str | None, str]]:
    """To whom and under which key, oldest first."""
    async with parties.site.database.reading() as session:
        jobs = await session.scalars(select(Job).where(Job.name == TELL_JOB).order_by(Job.id))
        names = {id: name for name, id in parties.organisations.items()}
        names |= {id: name for name, id in parties.people.items()}
        return [
            (
                names.get(job.payload["organisation"] or job.payload["person"]),
                job.payload["dedupe_key"].split(":")[2],
            )
            for job in jobs
        ]


async def test_an_offer_holds_once_accepted_until_withdrawn_with_what_was_passed_on(database):
    parties = await make_parties(make_site(database))
    mandate = await parties.offer("boss", parties.firm())
    client = parties.organisations["山田"]
    assert await parties.actor("head", "山田") is None, "not accepted yet"
    for who in ("clerk", "boss"):  # neither a clerk nor the principal accepts for the firm
        assert (await refusal(parties.do("accept", who, mandate)))[1] == 403
    assert await refusal(parties.do("accept", "second", mandate)) == ("not_found", 404)
    await parties.do("accept", "head", mandate)
    await parties.do("accept", "head", mandate)  # a second click changes nothing
    clerk = await parties.actor("clerk", "山田")
    assert clerk is not None
    assert clerk.agent
    assert limits_of(clerk) == {"gas", "oil"}
    # Only named people of the firm.
    assert (await refusal(parties.do("choose_members", "clerk", mandate, None)))[1] == 403
    stranger = [parties.people["second"]]
    code = await refusal(parties.do("choose_members", "head", mandate, stranger))
    assert code == ("members_unknown", 422)
    await parties.do("choose_members", "head", mandate, [parties.people["head"]])
    assert await parties.actor("clerk", "山田") is None
    assert await parties.actor("head", "山田") is not None
    # Passed on: nowhere wider, one level deep.
    lower = replace(TERMS, procedures=("gas",), powers=(FILE,), may_sub_delegate=False)
    below = parties.firm("下請")
    for wide in (
        replace(lower, procedures=()),
        replace(lower, procedures=("gas", "water")),
        replace(lower, valid_to=None),
        replace(lower, valid_to=date(2027, 4, 1)),
    ):
        code = await refusal(parties.pass_on("head", mandate, below, wide))
        assert code == ("wider_than_source", 422)
    assert (await refusal(parties.pass_on("clerk", mandate, below, lower)))[1] == 409
    passed = await parties.pass_on("head", mandate, below, lower)
    await parties.do("accept", "second", passed)
    second = await parties.actor("second", "山田")
    assert second is not None
    assert may_file_for(second, client, "gas")
    assert not may_file_for(second, client, "oil")
    deeper = parties.pass_on("second", passed, Agent(person=parties.people["free"]), lower)
    assert await refusal(deeper) == ("no_sub_delegation", 409)
    # Withdrawn: both end in one transaction, at once.
    assert (await refusal(parties.do("end", "worker", mandate)))[1] == 403
    await parties.do("end", "boss", mandate)
    await parties.do("end", "boss", mandate)
    assert await parties.actor("head", "山田") is None
    assert await parties.actor("second", "山田") is None
    async with database.reading() as session:
        ended = [await session.get_one(Mandate, id) for id in (mandate, passed)]
        assert [one.ended_how for one in ended] == ["withdrawn", "cascaded"]
        kept = await journal.entries(session, f"organisation:{client}")
    async with database.session() as session:
        assert await still_hold(session, {mandate, passed}) == frozenset()
    acts = [(entry.action, entry.payload["mandate"]) for entry in kept]
    assert acts == [
        ("mandate_offered", mandate),
        ("mandate_accepted", mandate),
        ("mandate_members_chosen", mandate),
        ("mandate_offered", passed),
        ("mandate_accepted", passed),
        ("mandate_withdrawn", mandate),
        ("mandate_cascaded", passed),
    ]
    assert await told(parties) == [
        ("代書", "offered"),
        ("山田", "accepted"),
        ("代書", "accepted"),
        ("下請", "offered"),
        ("山田", "passed_on"),
        ("山田", "accepted"),
        ("下請", "accepted"),
        ("山田", "ended"),
        ("代書", "ended"),
        ("山田", "ended"),
        ("下請", "ended"),
    ]
    assert await refusal(parties.do("accept", "head", mandate)) == ("not_waiting", 409)


async def test_an_offer_by_mail_is_for_the_owner_of_the_address_alone(database):
    site = make_site(database)
    parties = await make_parties(site)
    async with database.reading() as session:
        agent = await agent_typed(session, " Ｆｒｅｅ@Example.jp ")
        unknown = await agent_typed(session, "nobody@example.jp")
    assert (agent, unknown) == (
        Agent(address="free@example.jp"),
        Agent(address="nobody@example.jp"),
    )
    mandate = await parties.offer("boss", agent)
    await parties.offer("boss", unknown)
    first, second = (await site.letters())[-2:]
    assert [first[0], second[0]] == ["free@example.jp", "nobody@example.jp"]
    assert first[1] == second[1], "whoever reads along learns nothing of accounts"
    for who in ("head", "second", "clerk"):
        assert await refusal(parties.do("accept", who, mandate)) == ("not_found", 404)
    accepted = await parties.do("accept", "free", mandate)
    assert accepted.agent_person_id == parties.people["free"]
    assert await parties.actor("free", "山田") is not None
    ended = await parties.do("end", "free", mandate)
    assert ended.ended_how == "given_up"
    assert await parties.actor("free", "山田") is None


async def test_what_an_agent_asks_for_the_principal_grants(database):
    site = make_site(database)
    parties = await make_parties(site)
    client = parties.organisations["山田"]

    async def ask(who: str) -> str:
        party = await parties.party(who)
        async with database.session() as session:
            made = await offering.ask(session, parties.means(), party, client, Terms(("gas",)))
            await session.commit()
            return made.id

    assert (await refusal(ask("clerk")))[1] == 403
    assert await refusal(ask("boss")) == ("agent_is_principal", 422)
    mandate = await ask("head")
    for who in ("head", "worker"):
        assert (await refusal(parties.do("accept", who, mandate)))[1] == 403
    site.clock.wait(days=29)
    await parties.do("accept", "boss", mandate)
    assert await parties.actor("clerk", "山田") is not None
    # Unanswered for thirty days it lapses; declined it is over.
    late, refused = await ask("head"), await ask("free")
    await parties.do("decline", "boss", refused)
    site.clock.wait(days=30)
    assert await refusal(parties.do("accept", "boss", late)) == ("not_waiting", 409)
    assert await refusal(parties.do("accept", "boss", refused)) == ("not_waiting", 409)
    assert await parties.actor("free", "山田") is None


async def test_terms_that_make_no_sense_and_agents_that_are_none(database):
    site = make_site(database)
    parties = await make_parties(site)
    today = date(2026, 4, 1)
    for terms, code in (
        (Terms(valid_to=today - timedelta(days=1)), "period_past"),
        (Terms(valid_from=date(2026, 5, 2), valid_to=date(2026, 5, 1)), "period_backwards"),
        (Terms(valid_to=date(2036, 1, 1)), "period_long"),
        (Terms(valid_from=date(9999, 12, 31)), "period_long"),
        (Terms(powers=("pay",)), "powers_unknown"),
        (Terms(procedures=tuple(map(str, range(201)))), "procedures_many"),
    ):
        assert await refusal(parties.offer("boss", parties.firm(), terms)) == (code, 422)
    assert (await refusal(parties.offer("worker", parties.firm())))[1] == 403
    assert (await refusal(parties.offer("boss", parties.firm("山田"))))[0] == "agent_is_principal"
    async with database.reading() as session:
        full_width = FIRM_NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        assert await agent_typed(session, full_width) == parties.firm()
        for typed in ("", "山田さん", "1234567890123", "x" * 5000, "5999903000001\0"):
            assert (await refusal(agent_typed(session, typed)))[1] == 422


async def test_of_two_answers_at_the_same_moment_one_wins(database):
    parties = await make_parties(make_site(database))
    mandate = await parties.offer("boss", parties.firm())
    done = await asyncio.gather(
        parties.do("accept", "head", mandate),
        parties.do("end", "boss", mandate),
        return_exceptions=True,
    )
    faults = [fault for fault in done if isinstance(fault, BaseException)]
    # Taken back first: it cannot be accepted. Accepted first: it is withdrawn.
    assert all(isinstance(one, IdentityError) and one.code == "not_waiting" for one in faults)
    assert await parties.actor("head", "山田") is None


async def test_what_ends_an_organisation_ends_its_mandates_and_those_passed_on(database):
    parties = await make_parties(make_site(database))
    mandate = await parties.offer("boss", parties.firm())
    await parties.do("accept", "head", mandate)
    lower = Terms(("gas",), (FILE,), valid_to=date(2027, 3, 31))
    passed = await parties.pass_on("head", mandate, Agent(person=parties.people["free"]), lower)
    await parties.do("accept", "free", passed)
    async with database.session() as session:
        given = await mandates_of(session, organisation_id=parties.organisations["山田"])
        await end_mandates(session, given, "closed", "test", parties.site.clock())
        await session.commit()
    assert await parties.actor("head", "山田") is None
    assert await parties.actor("free", "山田") is None


async def test_while_a_proof_is_too_old_no_mandate_is_passed_on_or_asked_for(database):
    parties = await make_parties(make_site(database))
    mandate = await parties.offer("boss", parties.firm())
    await parties.do("accept", "head", mandate)
    lower = replace(TERMS, procedures=("gas",), powers=(FILE,), may_sub_delegate=False)
    below = parties.firm("下請")
    await parties.pass_on("head", mandate, below, lower)

    async def asked() -> str:
        party = await parties.party("head")
        async with parties.site.database.session() as session:
            principal = parties.organisations["山田"]
            made = await offering.ask(session, parties.means(), party, principal, lower)
            await session.commit()
            return made.id

    await asked()
    # Of the principal a lapsed proof counts, of the firm's own representative one that is due.
    client = parties.organisations["山田"]
    for lapsed, refused in ((GRACE - timedelta(days=1), False), (GRACE, True)):
        async with parties.site.database.session() as session:
            principal = await session.get_one(Organisation, client)
            principal.proof_due_at = parties.site.clock() - lapsed
            await session.commit()
        if refused:
            waiting = parties.pass_on("head", mandate, below, lower)
            assert await refusal(waiting) == ("proof_needed", 403)
        else:
            await parties.pass_on("head", mandate, below, lower)
    async with parties.site.database.session() as session:
        (await session.get_one(Organisation, client)).proof_due_at = None
        await session.commit()
    await parties.pass_on("head", mandate, below, lower)
    await parties.proof_due("head", "代書")
    waiting = parties.pass_on("head", mandate, below, lower)
    assert await refusal(waiting) == ("proof_needed", 403)
    assert await refusal(asked()) == ("proof_needed", 403)
