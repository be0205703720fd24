"""A form of another system, filed: shown, saved, judged and sent like any package of our own."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from madoguchi.procedures.importers.packaging import packaged
from madoguchi.procedures.importers.recognise import form_of, recognised
from madoguchi.procedures.importers.writing import Settings
from tests.cases.filing.office import Office, controls, fill

FORM: Any = {
    "title": "Søknad om støtte",
    "display": "wizard",
    "components": [
        {
            "type": "panel",
            "key": "om",
            "title": "Om deg",
            "components": [
                {
                    "type": "container",
                    "key": "person",
                    "label": "Person",
                    "components": [
                        {"type": "textfield", "key": "navn", "label": "Navn", "input": True, "validate": {"required": True}},
                        {"type": "radiopanel", "key": "gift", "label": "Er du gift?", "input": True, "validate": {"required": True}, "values": [{"value": "ja", "label": "Ja"}, {"value": "nei", "label": "Nei"}]},
                    ],
                },
                {"type": "navSkjemagruppe", "key": "gruppe", "legend": "Ektefelle", "customConditional": 'show = data.person.gift === "ja"', "components": [
                    {"type": "textfield", "key": "ektefelle", "label": "Navn", "input": True, "validate": {"required": True}},
                    {"type": "alertstripe", "key": "varsel", "alerttype": "warning", "content": "<p>Legg ved <a href=\"https://example.com/attest\">attest</a>.</p>"},
                ]},
                {"type": "navCheckbox", "key": "uten", "label": "Jeg har ikke telefon", "input": True},
                {"type": "phoneNumber", "key": "telefon", "label": "Telefon", "input": True, "validate": {"required": True}, "customConditional": "show = data.uten === false"},
            ],
        },
        {
            "type": "panel",
            "key": "barn",
            "title": "Barn",
            "components": [
                {"type": "datagrid", "key": "barn", "label": "Barna dine", "components": [
                    {"type": "textfield", "key": "fornavn", "label": "Fornavn", "input": True, "validate": {"required": True}},
                    {"type": "number", "key": "alder", "label": "Alder", "inputType": "numeric", "input": True, "validate": {"min": 0, "max": 17}},
                    {"type": "textfield", "key": "skole", "label": "Skole", "input": True, "customConditional": "show = row.alder > 5"},
                ]},
            ],
        },
    ],
}  # fmt: skip


def imported(form: Any, name: str = "stotte") -> str:
    """The text of the package of a form."""
    found = form_of(recognised(json.dumps(form).encode()), name)
    return packaged(found, Settings(name, agency="meti", effective=date(2026, 4, 1))).files[
        "procedure.yaml"
    ]


async def test_an_imported_form_is_filed(office: Office) -> None:
    await office.publish_trial(imported(FORM))
    client = await office.client("applicant")
    draft = await office.start(procedure="stotte")
    about = f"/drafts/{draft}/pages/om-deg"
    page = await client.get(about)
    assert page.status_code == 200
    assert "Er du gift?" in page.text
    assert "Ektefelle" not in page.text  # not married yet
    refused = await fill(client, about, {"/person_navn": "Kari", "/person_gift": "ja"})
    assert refused.status_code == 422
    assert "Ektefelle" in refused.text
    assert 'attest (<a href="https://example.com/attest">' in refused.text
    again = await fill(
        client,
        about,
        {"/person_navn": "Kari", "/person_gift": "ja", "/ektefelle": "Ola", "/uten": "true"},
    )
    assert again.status_code == 303, again.text
    children = f"/drafts/{draft}/pages/barn"
    await fill(client, children, {}, do="add:/barn")
    row = controls(await client.get(children))["row:/barn"][0]
    done = await fill(client, children, {f"/barn/{row}/fornavn": "Per", f"/barn/{row}/alder": "7"})
    assert done.status_code == 303, done.text
    check = await client.get(f"/drafts/{draft}/check")
    assert check.status_code == 200
    for text in ("Kari", "Ola", "Per", "Ektefelle"):
        assert text in check.text
    assert "Skole" in (await client.get(children)).text  # asked of those older than five


async def test_every_page_of_a_large_real_form_opens(office: Office, shared_data: Path) -> None:
    files = sorted(
        (shared_data / "forms" / "formio").glob("*.json"), key=lambda p: p.stat().st_size
    )
    if not files:
        pytest.skip("no Form.io forms in the shared data")
    await office.publish_trial(imported(json.loads(files[-1].read_bytes()), "large"))
    client = await office.client("applicant")
    draft = await office.start(procedure="large")
    tasks = await client.get(f"/drafts/{draft}")
    pages = sorted(set(re.findall(f'href="/drafts/{draft}/pages/([^"]+)"', tasks.text)))
    assert pages
    for name in pages:
        page = await client.get(f"/drafts/{draft}/pages/{name}")
        assert page.status_code == 200
        assert (await fill(client, f"/drafts/{draft}/pages/{name}", {})).status_code in (303, 422)
    assert (await client.get(f"/drafts/{draft}/check")).status_code == 200


WELSH = """\
id: ffurflen
kind: notification
languages: [en, cy]
title: {en: Form, cy: Ffurflen}
summary: {en: Form, cy: Ffurflen}
audience: {en: All, cy: Pawb}
who: anyone
effective: {from: 2026-04-01}
authority: {agency: meti}
workflow: {pattern: notice}
data:
  name: {type: text, label: {en: Your name, cy: Eich enw}, help: {en: "See https://example.com/a?b=1&c=2.", cy: "Gweler"}, required: true}
  colour: {type: choice, label: {en: Colour, cy: Lliw}, options: {red: {en: Red, cy: Coch}}}
"""


async def test_a_form_is_read_in_its_own_languages(office: Office) -> None:
    await office.publish_trial(WELSH)
    client = await office.client("applicant")
    draft = await office.start(procedure="ffurflen")
    page = f"/drafts/{draft}/pages/form"
    english = await client.get(page)
    assert "Your name" in english.text
    assert '<div id="answers" class="dads-form" lang="en"' in english.text  # the page is Japanese
    assert 'href="https://example.com/a?b=1&amp;c=2">' in english.text
    assert "Cymraeg" in english.text
    welsh = await client.get(page, params={"content": "cy"})
    assert "Eich enw" in welsh.text
    assert 'lang="cy"' in welsh.text
    assert "Your name" not in welsh.text
    await fill(client, page, {"/name": "Siân", "/colour": "red"})  # the choice is remembered
    check = await client.get(f"/drafts/{draft}/check")
    assert "Coch" in check.text
    odd = await client.get(page, params={"content": '"><script>'})
    assert "<script>" not in odd.text.replace("<script src", "")
