"""Files that must not be taken, by page and by API: said clearly, nothing kept."""

import io
import zipfile

import pikepdf
import pytest

from tests.bad_input.desk_top import Spread, spread
from tests.bad_input.test_process import NOTICE
from tests.cases.filing.office import PDF, Office


def zip_slip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    return made.getvalue()


def encrypted() -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, encryption=pikepdf.Encryption(owner="o", user="u"))
    return made.getvalue()


BAD = {
    "zip-slip": ("図面.zip", zip_slip()),
    "encrypted": ("図面.pdf", encrypted()),
    "nothing in it": ("図面.pdf", b""),
    "a program under another name": (
        "図面.pdf",
        b"MZ" + bytes(300) + b"This program cannot be run",
    ),
    "too large": ("図面.pdf", PDF + bytes(21_000_000)),
    "an archive under another name": ("図面.pdf", zip_slip()),
    "half a file": ("図面.pdf", PDF[:40]),
}


async def attachment(table: Spread) -> str:
    verdict = (await table.client.get(f"/api/v1/drafts/{table.draft}/verdict")).json()
    return next(key for key, item in verdict["attachments"].items() if item["state"] == "required")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_bad_files_are_refused_on_the_page_and_by_the_api(office: Office) -> None:
    table = await spread(office, NOTICE)
    key = await attachment(table)
    for what, (name, content) in BAD.items():
        page = await table.client.post(
            f"/drafts/{table.draft}/attachments/{key}",
            files={key: (name, content, "application/pdf")},
        )
        assert page.status_code in (413, 422), f"{what}: {page.status_code}"
        assert "data-error-summary" in page.text or page.status_code == 413, what
        api = await table.client.post(
            "/api/v1/files", files={"file": (name, content, "application/pdf")}
        )
        assert 400 <= api.status_code < 500, f"{what}: {api.status_code}"
        assert api.json().get("code"), what
    draft = (await table.client.get(f"/api/v1/drafts/{table.draft}")).json()
    assert not draft["attached"].get(key)
    good = await table.client.post(
        f"/drafts/{table.draft}/attachments/{key}",
        files={key: ("図面.pdf", PDF, "application/pdf")},
    )
    assert good.status_code == 303
