"""A corporation brought along from its page to a form: public data, and no right to anything."""

import re

import pytest

from madoguchi.cases.models import Draft
from madoguchi.identity import service as identity
from tests.cases.desk.counter import CORPORATE_NUMBER
from tests.cases.filing.office import Office
from tests.cases.filing.test_from_registry import ADDRESS, NAME, own_record
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.site import add_corporations

PROCEDURE = "renewable-plan-certification"
PAGE = f"/procedures/{PROCEDURE}"
NOTE = f"{NAME} ({number(1)}) の番号を引き継いでいます"


async def prepared(office: Office) -> None:
    minato = incoming(1, name=NAME, kana="ミナトカガク", sequence=1)
    gone = incoming(4, name="株式会社とりけし", sequence=4, process="99")
    await add_corporations(office.counter.database, minato, gone, own_record(sequence="5"))
    await office.publish_folder("renewable/plan-certification")


async def begun(office: Office, who: str, page: str = PAGE, **sent: str) -> Draft:
    """The draft that the button of the procedure's page begins."""
    client = await office.client(who)
    answer = await client.post(f"{page}/start", data={"new": "1", **sent})
    assert answer.status_code == 303, answer.text
    async with office.counter.database.reading() as session:
        draft = await session.get(Draft, answer.headers["location"].rpartition("/")[2])
        assert draft is not None
        return draft


async def test_the_number_goes_from_page_to_page(office: Office) -> None:
    await prepared(office)
    public = await office.client("public")
    page = (await public.get(f"/corporations/{number(1)}")).text
    onward = f"/procedures?corporation={number(1)}"
    assert f'href="{onward}"' in page
    for address in (onward, f"/procedures/browse?corporation={number(1)}"):
        listed = (await public.get(address)).text
        assert NOTE in listed
        assert f'name="corporation" value="{number(1)}"' in listed
    asked = (await public.get(f"{PAGE}?corporation={number(1)}")).text
    assert NOTE in asked
    assert "代理できるようになるわけではありません" in asked
    assert f'name="corporation" value="{number(1)}"' in asked
    answer = await public.post(f"{PAGE}/start", data={"corporation": number(1)})
    assert answer.headers["location"] == f"/sign-in?return={PAGE}%3Fcorporation%3D{number(1)}"


@pytest.mark.parametrize("wrong", ["", "123", number(1)[:-1] + "x", number(9), number(4), "<b>"])
async def test_what_is_no_corporation_is_not_carried(office: Office, wrong: str) -> None:
    await prepared(office)
    public = await office.client("public")
    for address in ("/procedures", "/procedures/browse", PAGE):
        answer = await public.get(address, params={"corporation": wrong})
        assert answer.status_code == 200
        assert "引き継いでいます" not in answer.text
    draft = await begun(office, "applicant", corporation=wrong)
    assert draft.entered["applicant"]["name"] == "株式会社新山田酸素"


async def test_it_is_filled_in_where_nothing_stands(office: Office) -> None:
    await prepared(office)
    await office.publish_folder("small/sponsorship-name")
    async with office.counter.database.session() as session:
        person = await identity.add_person(session, office.counter.clock, name="ひとり 太郎")
        await session.commit()
    office.counter.people["person"] = identity.Actor(
        id=person.id, name=person.name, kind="applicant"
    )
    draft = await begun(office, "person", "/procedures/sponsorship-name", corporation=number(1))
    assert draft.organisation_id is None
    assert draft.entered["organiser"] == {
        "number": number(1),
        "name": NAME,
        "kana": "ミナトカガク",
        "address": ADDRESS,
    }
    assert draft.provenance["/organiser/name"]["as_of"] == "2026-06-01"


async def test_who_acts_for_another_files_for_whom_they_act(office: Office) -> None:
    await prepared(office)
    draft = await begun(office, "applicant", corporation=number(1))
    assert draft.organisation_id == office.counter.organisation
    assert draft.entered["applicant"]["number"] == CORPORATE_NUMBER
    client = await office.client("applicant")
    shown = (await client.get(f"{PAGE}?corporation={number(1)}")).text
    assert 'action="/act-for"' not in shown


async def test_ones_own_corporation_needs_nothing(office: Office) -> None:
    await prepared(office)
    client = await office.client("applicant")
    shown = (await client.get(f"{PAGE}?corporation={CORPORATE_NUMBER}")).text
    assert f"株式会社新山田酸素 ({CORPORATE_NUMBER}) として手続します" in shown
    draft = await begun(office, "applicant", corporation=CORPORATE_NUMBER)
    assert draft.entered["applicant"]["number"] == CORPORATE_NUMBER


async def test_a_draft_begun_before_is_offered_and_the_number_kept(office: Office) -> None:
    await prepared(office)
    client = await office.client("applicant")
    await begun(office, "applicant")
    offered = await client.post(f"{PAGE}/start", data={"corporation": number(1)})
    assert offered.status_code == 200
    assert re.search(f'name="corporation" value="{number(1)}"', offered.text)


@pytest.mark.parametrize(
    ("procedures", "offered"), [([], True), ([PROCEDURE], True), (["another"], False)]
)
async def test_who_holds_a_mandate_is_offered_to_act(
    office: Office, procedures: list[str], offered: bool
) -> None:
    await prepared(office)
    counter = office.counter
    agent = await office.add_person("代理 花子")
    async with counter.database.session() as session:
        await identity.give_mandate(
            session,
            counter.clock,
            principal_id=counter.organisation,
            agent_organisation_id=agent.organisation,
            procedures=procedures,
            by="test",
        )
        await session.commit()
    client = await office.client("代理 花子")
    shown = (await client.get(f"{PAGE}?corporation={CORPORATE_NUMBER}")).text
    assert ('action="/act-for"' in shown) is offered
    assert (f'name="organisation" value="{counter.organisation}"' in shown) is offered
    assert ("代理できるようになるわけではありません" in shown) is not offered
    draft = await begun(office, "代理 花子", corporation=CORPORATE_NUMBER)
    assert draft.organisation_id == agent.organisation  # a number gives no right
