"""What a person did, in the order in which it happened."""

from datetime import timedelta

from madoguchi.cases.delegations import acts
from madoguchi.kernel import journal
from tests.web.app import NOW

PERSON = "01J0000000000000000000000A"


async def test_what_was_entered_later_for_an_earlier_day_stands_where_it_happened(database):
    days = [3, 0, 10, 3, 1]  # days ago, in the order of their entry; two at one moment
    async with database.session() as session:
        for number, ago in enumerate(days):
            await journal.append(
                session,
                subject=f"person:{PERSON}",
                action="signed_in",
                actor=PERSON,
                at=NOW - timedelta(days=ago),
                payload={"number": number},
            )
        await session.commit()
    found: list[int] = []
    before: str | None = None
    async with database.reading() as session:
        while page := (await acts.done_by(session, PERSON, before=before, limit=2))[:2]:
            found += [act.entry.payload["number"] for act in page]
            before = page[-1].entry.id
    assert found == [1, 4, 3, 0, 2]
