"""A small world of people for the tests of identity."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from madoguchi import identity
from madoguchi.identity import account, officials, organisations
from madoguchi.identity.routes import routers
from madoguchi.identity.service import (
    Actor,
    add_member,
    add_organisation,
    add_person,
    current_actor,
    give_mandate,
    grant_role,
    required_official,
    seed_agencies,
)
from madoguchi.kernel.clock import Clock, fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.web.edge import install
from tests.web.app import NOW, TestSettings

ABOUT = {"ja": "試せること", "en": "What to try"}
CLOCK = fixed_clock(NOW)


@dataclass(frozen=True)
class World:
    owner: str
    agent: str
    examiner: str
    hidden: str
    company: str
    firm: str
    mandate: str


async def make_world(database: Database, clock: Clock = CLOCK) -> World:
    """A company and its owner, an agent's firm with a mandate, a METI examiner, a hidden person."""
    async with database.session() as session:
        await seed_agencies(session)
        owner = await add_person(session, clock, name="港 一郎", about=ABOUT)
        agent = await add_person(session, clock, name="代田 理子", about=ABOUT)
        examiner = await add_person(session, clock, name="審査 三郎", about=ABOUT)
        hidden = await add_person(session, clock, name="非表示 四郎")
        company = await add_organisation(
            session, clock, name="株式会社みなと化学", corporate_number="7000012050002"
        )
        firm = await add_organisation(session, clock, name="代田行政書士事務所")
        await add_member(session, owner.id, company.id, "representative")
        await add_member(session, agent.id, firm.id)
        await grant_role(session, clock, examiner.id, "meti", "examiner", by="test")
        mandate = await give_mandate(
            session,
            clock,
            principal_id=company.id,
            agent_organisation_id=firm.id,
            procedures=["gasoline"],
            valid_to=date(2026, 4, 1),
            by=owner.id,
        )
        await session.commit()
    return World(owner.id, agent.id, examiner.id, hidden.id, company.id, firm.id, mandate.id)


def make_app(database: Database, *, demo: bool = True, clock: Clock = CLOCK) -> FastAPI:
    app = FastAPI()
    app.state.settings = TestSettings(demo=demo)
    app.state.clock = clock
    app.state.database = database
    install(app, [identity, account, officials, organisations])
    for router in routers(app.state.settings):
        app.include_router(router)

    @app.get("/")
    async def home() -> str:
        return "home"

    @app.get("/who")
    async def who(actor: Annotated[Actor, Depends(current_actor)]) -> dict[str, Any]:
        return {"id": actor.id, "kind": actor.kind, "for": actor.organisation, "agent": actor.agent}

    @app.get("/desk")
    async def desk(actor: Annotated[Actor, Depends(required_official)]) -> str:
        return actor.name

    return app
