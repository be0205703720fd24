"""A register of makers whose holders report each year: packages, entries and filings for tests."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from httpx import Response

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.procedures.package.load import load
from tests.cases.desk.counter import KANAGAWA
from tests.cases.filing.office import Office, publish_package

HEAD = """\
id: {id}
kind: {kind}
title: {{ja: {title}, en: {id}}}
summary: {{ja: 試験, en: Trial}}
audience: {{ja: 製造者, en: Makers}}
who: organisation
law: [{{act: 試験法, article: 第1条}}]
effective: {{from: 2026-04-01}}
authority: {{agency: pref-14}}
"""
REPORT = (
    HEAD.format(id="trial-report", kind="report", title="年次報告")
    + """\
data:
  maker: {type: entry, label: {ja: 許可, en: Licence}, register: makers, required: true}
  fy: {type: fiscal_year, label: {ja: 年度, en: Year}, default: fiscal_year(today) - 1, required: true}
  opening: {type: decimal, label: {ja: 期首, en: Opening}, prefill: 'previous("trial-report", fy - 1).closing'}
  closing: {type: decimal, label: {ja: 期末, en: Closing}, required: true}
  lines:
    type: table
    label: {ja: 内訳, en: Lines}
    prefill: 'previous("trial-report", fy - 1).lines'
    columns:
      kind: {type: text, label: {ja: 種類, en: Kind}}
      amount: {type: decimal, label: {ja: 量, en: Amount}}
      double: {type: decimal, label: {ja: 倍, en: Double}, calculate: amount * 2}
about: {entry: maker, period: fy}
checks:
  - id: balance
    on: opening
    must: 'opening = previous_for(maker, "trial-report", fy - 1).closing'
    when: 'previous_for(maker, "trial-report", fy - 1) != null'
    message: {ja: 前年の期末と違います。, en: It differs from last year's closing.}
obligations:
  annual:
    title: {ja: 年次報告, en: Annual report}
    law: 試験法第2条
    register: makers
    who: entry.class = "M"
    period: fiscal_year
    due: date(period.year + 1, 5, 31)
    reminders: [30, 7]
    overdue: {after: 10, letter: demand}
letters:
  demand: {template: demand.html, title: {ja: 督促状, en: Demand}, number: '{office}督第{serial}号'}
workflow: {pattern: notice}
"""
)


LETTER = """\
{% extends "letter.html" %}
{% block body %}<p>{{ duty.period }}の{{ duty.title }}({{ entry.number }})が、期限の{{ duty.due_on_wareki }}までに
届いていません。</p>{% endblock %}
"""


@dataclass
class World:
    """The office of the tests with the report published and one maker entered."""

    office: Office
    entry: RegisterEntry

    async def file(self, data: dict[str, Any], who: str = "applicant") -> Response:
        """File the report by the API."""
        client = await self.office.client(who)
        return await client.post(
            "/api/v1/procedures/trial-report/filings",
            json={"data": data},
            headers={"Idempotency-Key": uuid4().hex},
        )

    async def report(self, fy: int, closing: str, **more: Any) -> str:
        """A report that is taken; its case."""
        answer = await self.file(
            {"maker": self.entry.entry_id, "fy": fy, "closing": closing, **more}
        )
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found


async def open_world(office: Office) -> World:
    """Publish the report, enter a maker held by the counter's applicant."""
    loaded = load({"procedure.yaml": REPORT, "letters/demand.html": LETTER}, "v1")
    assert loaded.package is not None, loaded.faults
    async with office.counter.database.session() as session:
        await publish_package(session, loaded.package, office.counter.clock)
        await session.commit()
    entry = await enter_maker(office, "M-1", office.counter.organisation)
    return World(office, entry)


async def enter_maker(
    office: Office,
    number: str,
    organisation: str | None,
    *,
    on: date = date(2024, 4, 1),
    maker_class: str = "M",
    agency: str = KANAGAWA,
) -> RegisterEntry:
    """One more maker in the register."""
    counter = office.counter
    registration = Registration(
        register="makers",
        number=number,
        agency_id=agency,
        organisation_id=organisation,
        organisation_name=f"製造者{number}",
        columns={"class": maker_class, "name": f"製造者{number}"},
        public=["name"],
        labels={
            "title": {"ja": "製造者名簿", "en": "Makers"},
            "columns": [{"name": "name", "label": {"ja": "名称", "en": "Name"}, "public": True}],
        },
    )
    async with counter.database.session() as session:
        entry = await registers.enter(session, registration, Change("test", counter.now, on, None))
        await session.commit()
    return entry
