"""Pages and API give the same verdict on bad input, in the same words, and nothing typed is lost."""

from collections.abc import Iterator

import pytest

from madoguchi.cases.filing.entering import value_at
from madoguchi.identity.service import office_of
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.fields.sample import BadInput, bad_inputs
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import changed
from tests import filings
from tests.bad_input.desk_top import Spread, complaints, complaints_of, spread
from tests.cases.filing.office import Office, controls

# A wrong choice hides the questions that hang on it: those go in rounds of their own.
CHOICES = {"choice", "multichoice", "boolean", "entry", "pledge"}
ROUNDS = 3


def rounds(
    package: Package, names: tuple[str, ...], inputs: list[BadInput]
) -> Iterator[list[BadInput]]:
    """One bad answer at every question of a page at once, several times over."""
    for chosen in (False, True):
        by_place: dict[str, list[BadInput]] = {}
        for bad in inputs:
            field = package.field_at(bad.pointer)
            if bad.pointer.split("/")[1] in names and field and (field.type in CHOICES) == chosen:
                by_place.setdefault(bad.pointer, []).append(bad)
        most = max(map(len, by_place.values()), default=0)
        # Questions of one type begin at different inputs, so that together they meet all.
        for turn in range(min(ROUNDS, most)):
            yield [
                found[(turn + place * ROUNDS) % len(found)]
                for place, found in enumerate(by_place.values())
            ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("procedure", sorted(filings.PLACES))
async def test_pages_and_api_agree(office: Office, procedure: str) -> None:
    table = await spread(office, procedure)
    package, example = table.package, filings.example(table.package)
    inputs = list(
        bad_inputs(package, evaluate(package, example.entered, {}, example.environment(office_of)))
    )
    refused = 0
    for page in package.pages:
        url = f"/drafts/{table.draft}/pages/{page.id}"
        await table.restore()
        shown = controls(await table.client.get(url))
        for bad in rounds(package, page.fields, inputs):
            refused += await try_round(
                table,
                url,
                page.fields,
                shown,
                [
                    b
                    for b in bad
                    if b.pointer in shown or package.field_at(b.pointer).type in CHOICES
                ],
            )
    assert refused > 10, "the rounds must have met real refusals"


async def try_round(
    table: Spread,
    url: str,
    names: tuple[str, ...],
    shown: dict[str, list[str]],
    bad: list[BadInput],
) -> int:
    """Send the same bad answers by the page and by the API; how many complaints there were."""
    if not bad:
        return 0
    sent = {**shown, **{b.pointer: [str(b.raw)] for b in bad}, "do": ["next"]}
    entered = table.entered
    for answer in bad:
        field = table.package.field_at(answer.pointer)
        raw = [answer.raw] if field is not None and field.type == "multichoice" else answer.raw
        entered = changed(entered, {answer.pointer: raw})
    page = await table.client.post(url, data=sent)
    verdict = await table.validate(entered)
    assert page.status_code in (303, 422), (page.status_code, bad)
    assert verdict.status_code == 200, (verdict.text, bad)
    errors = verdict.json()["errors"]
    assert all(error["message"]["ja"] and error["message"]["en"] for error in errors)
    if page.status_code == 422:
        assert complaints(page) == complaints_of(errors, names), bad
    else:
        assert not complaints_of(errors, names), bad
    kept = await table.kept()
    for answer in bad:
        held = value_at(kept, answer.pointer)
        if answer.pointer in sent and held is not None:
            typed = held[0] if isinstance(held, list) and held else held
            assert typed == str(answer.raw), "what was typed must still be there"
    await table.restore()
    return len(complaints(page))
