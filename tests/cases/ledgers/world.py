"""A licence that allows quantities and a value, its shipments, and who records them: for tests."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from httpx import Response

from madoguchi.cases.ledgers.accounts import keep_accounts
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.labels import labels_of
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import Package
from tests.cases.desk.counter import KANAGAWA
from tests.cases.filing.office import Office, publish_package
from tests.cases.obligations.world import HEAD

LICENCE = (
    HEAD.format(id="trial-licence", kind="application", title="輸出許可")
    + """\
standard_period: 30 open days
data:
  goods:
    type: table
    label: {ja: 貨物, en: Goods}
    min: 1
    required: true
    columns:
      code: {type: text, label: {ja: 項番, en: Item}, required: true}
      name: {type: text, label: {ja: 品名, en: Name}, required: true}
      quantity: {type: decimal, label: {ja: 数量, en: Quantity}, min: 0, required: true}
      unit: {type: text, label: {ja: 単位, en: Unit}, required: true}
  value: {type: money, label: {ja: 総価額, en: Value}, required: true}
workflow: {pattern: permission}
register:
  name: trial-licences
  title: {ja: 試験許可簿, en: Trial licences}
  number: 'L{serial:04}'
  valid_until: decided_on + duration("P180D")
  columns:
    goods: {label: {ja: 貨物, en: Goods}, value: 'for g in goods return {code: g.code, name: g.name, quantity: g.quantity, unit: g.unit}'}
    value: {label: {ja: 総価額, en: Value}, value: value}
  ledgers:
    quantity:
      label: {ja: 数量, en: Quantity}
      items: {of: goods, key: line.code, name: line.name, unit: line.unit}
      opening: line.quantity
      decimals: 3
      tolerance: {percent: 5}
      hold: 30 days
      recorded_by: [{role: examiner}]
    value: {label: {ja: 価額, en: Value}, unit: {ja: 円, en: yen}, opening: value, decimals: 0, hold: 30 days}
"""
)
SHIPMENT = (
    HEAD.format(id="trial-shipment", kind="notification", title="船積の届出")
    + """\
data:
  licence: {type: entry, label: {ja: 許可, en: Licence}, register: trial-licences, required: true}
  shipped: {type: decimal, label: {ja: 数量, en: Quantity}, required: true}
  left: {type: decimal, label: {ja: 残り, en: Left}, calculate: 'ledger("quantity", licence).items[key = "5(1)"].remaining[1]'}
checks:
  - {id: enough, on: shipped, severity: warning, must: shipped <= left, message: {ja: 残りを超えています。, en: More than is left.}}
endorsements:
  shipment: {entry: licence, item: '"5(1)"', amounts: {quantity: shipped, value: shipped * 100}}
workflow:
  pattern: notice
  actions:
    submit: {effects: [{reserve: shipment}]}
    resubmit: {effects: [{reserve: shipment}, {message: corrected}]}
    confirm: {effects: [{ledger: shipment}, {message: accepted}]}
tests:
  - name: what is left is asked of the ledger
    given: {licence: e1, shipped: 11}
    entries: {e1: {register: trial-licences, number: L0001}}
    ledgers: {quantity: {remaining: 10, items: [{key: '5(1)', remaining: 10}]}}
    expect: {valid: true, values: {left: 10}, warnings: [shipped]}
"""
)


def package_of(text: str) -> Package:
    loaded = load({"procedure.yaml": text}, "v1")
    assert loaded.package is not None, [str(fault) for fault in loaded.faults]
    return loaded.package


@dataclass
class Ledgers:
    """The office of the tests with one licence held by the counter's applicant."""

    office: Office
    entry: RegisterEntry

    async def post(self, who: str, path: str, body: Any, key: str | None = None) -> Response:
        client = await self.office.client(who)
        headers = {"Idempotency-Key": key or uuid4().hex}
        return await client.post(f"/api/v1/ledgers/{path}", json=body, headers=headers)

    async def use(self, who: str, amount: str, **more: Any) -> Response:
        """Record a use of item 5(1) by the API."""
        body = {
            "reference": uuid4().hex,
            "on": self.office.counter.now.date().isoformat(),
            "amounts": [{"ledger": "quantity", "item": "5(1)", "amount": amount}],
        }
        key = more.pop("key", None)
        return await self.post(who, f"{self.entry.entry_id}/uses", body | more, key)

    async def left(self, who: str = "examiner") -> dict[str, str]:
        """What is left by item (value under "")."""
        client = await self.office.client(who)
        answer = await client.get(f"/api/v1/ledgers/{self.entry.entry_id}")
        assert answer.status_code == 200, answer.text
        return {item["item"]: item["remaining"] for item in answer.json()["accounts"]}

    async def lines(self) -> list[dict[str, Any]]:
        """All lines, the first first."""
        client = await self.office.client("examiner")
        answer = await client.get(f"/api/v1/ledgers/{self.entry.entry_id}/lines?limit=500")
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["items"]))


async def open_ledgers(office: Office) -> Ledgers:
    """Publish both procedures, enter a licence for 100 kg of 5(1), 3.5 of 6(2), 1,000,000 yen."""
    licence = package_of(LICENCE)
    async with office.counter.database.session() as session:
        await publish_package(session, licence, office.counter.clock)
        await publish_package(session, package_of(SHIPMENT), office.counter.clock)
        entry = await enter(session, office, licence)
        await session.commit()
    return Ledgers(office, entry)


async def enter(session: Any, office: Office, licence: Package) -> RegisterEntry:
    """A licence in the register, with its ledgers."""
    assert licence.register is not None
    counter = office.counter
    change = Change("test", counter.now, date(2026, 5, 1))
    entry = await registers.enter(
        session,
        Registration(
            register="trial-licences",
            number="L0001",
            agency_id=KANAGAWA,
            organisation_id=counter.organisation,
            organisation_name="株式会社山田酸素",
            columns={"goods": goods("100", "3.5"), "value": 1_000_000},
            public=[],
            labels=labels_of(licence.register.spec),
            valid_to=date(2026, 7, 1),
        ),
        change,
    )
    await keep_accounts(session, entry, licence.register.ledgers, change)
    return entry


def goods(first: str, second: str) -> list[dict[str, object]]:
    """The goods of the licence, with other quantities."""
    return [
        {"code": "5(1)", "name": "炭素繊維", "quantity": Decimal(first), "unit": "kg"},
        {"code": "6(2)", "name": "工作機械", "quantity": Decimal(second), "unit": "台"},
    ]


async def add_official(office: Office, who: str, agency: str, role: str) -> Actor:
    """One more official, for instance a program of the customs."""
    counter = office.counter
    async with counter.database.session() as session:
        person = await identity.add_person(session, counter.clock, name=who)
        await identity.grant_role(session, counter.clock, person.id, agency, role, by="test")
        await session.commit()
    actor = Actor(id=person.id, name=who, kind="official", grants=frozenset({(agency, role)}))
    counter.people[who] = actor
    return actor
