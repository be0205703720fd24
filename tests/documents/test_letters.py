"""Letters: the layout, the sandbox, and PDF files that are accessible and always the same."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest

from madoguchi.documents.refusals import DocumentError
from madoguchi.documents.service import (
    Filing,
    filing_copy_pdf,
    html_to_pdf,
    receipt_pdf,
    render_letter,
)

CONTEXT = {
    "case": {"title": "高圧ガス製造許可申請", "arrival_number": "20260401-8R2K"},
    "applicant": {
        "number": "7000012050002",
        "name": "青葉工業株式会社",
        "address": {
            "prefecture": "宮城県",
            "city": "仙台市青葉区",
            "street": "本町1-1",
            "building": "",
        },
        "representative_title": "代表取締役",
        "representative_name": "佐藤 花子",
    },
    "agency": {"name": "宮城県", "head": "宮城県知事"},
    "number": "8宮製許第1号",
    "title": "高圧ガス製造許可書",
    "decided_on_wareki": "令和8年5月1日",
    "content_hash": "sha256:" + "ab" * 32,
    "verification_url": "https://madoguchi.example/verify",
}
LETTER = """{% extends "letter.html" %}{% from "parts.html" import appeal, ki_table %}
{% block body %}<p>{{ case.title }}について、許可する。</p>
{{ ki_table([("処理能力", "120 m3/日")]) }}{% endblock %}
{% block instruction %}{{ appeal("経済産業大臣") }}{% endblock %}"""


def test_the_official_layout() -> None:
    html = render_letter(LETTER, CONTEXT)
    order = [
        "8宮製許第1号",
        "令和8年5月1日",
        "宮城県仙台市青葉区本町1-1",
        "青葉工業株式会社",
        "代表取締役　佐藤 花子　様",
        "宮城県知事",
        "公印省略",
        "<h1>高圧ガス製造許可書",
        "許可する。",
        "記",
        "120 m3/日",
        "以上",
        "行政不服審査法",
    ]
    places = [html.index(part, html.index("</footer>")) for part in order]
    assert places == sorted(places)
    assert '<html lang="ja">' in html
    assert "<title>高圧ガス製造許可書</title>" in html
    assert "https://madoguchi.example/verify" in html


def test_without_hash_and_representative() -> None:
    context = {k: v for k, v in CONTEXT.items() if k not in ("content_hash", "verification_url")}
    context["applicant"] = {"name": "山田 太郎"}
    html = render_letter('{% extends "letter.html" %}', context)
    assert "山田 太郎" in html
    assert "確認先" not in html


def test_values_are_escaped() -> None:
    html = render_letter("<p>{{ name }}</p>", {"name": "<script>&"})
    assert html == "<p>&lt;script&gt;&amp;</p>"


@pytest.mark.parametrize(
    "source",
    [
        "{{ missing }}",
        "{{ case.missing }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ case['__class__'].__bases__ }}",
        "{{ case.items.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ case.update({'a': 1}) }}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 10000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{% include '/etc/passwd' %}",
        "{% include '../sandbox.py' %}",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ case.title | nosuch }}",
        "{{ 'a'.format_map(case) and '{0.__class__}'.format(case).nothing }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_what_a_template_may_not_do(source: str) -> None:
    with pytest.raises(DocumentError) as caught:
        render_letter(source, CONTEXT)
    assert caught.value.code == "letter_failed"
    assert caught.value.status == 422


async def test_pdf_is_accessible_and_the_same_each_time() -> None:
    html = render_letter(LETTER, CONTEXT)
    first, second = await html_to_pdf(html), await html_to_pdf(html)
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as document:
        assert str(document.Root.Lang) == "ja"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "高圧ガス製造許可書"


@pytest.mark.parametrize(
    "html",
    [
        '<html lang="ja"><img src="file:///etc/passwd" alt="x">',
        '<html lang="ja"><img src="http://127.0.0.1:9/x.png" alt="x">',
        '<html lang="ja"><link rel="stylesheet" href="https://a.example/x.css">',
        '<html lang="ja"><style>@import url(file:///etc/hosts)</style>',
        '<html lang="ja"><link rel="attachment" href="file:///etc/passwd">',
    ],
)
async def test_nothing_outside_the_letter_is_loaded(html: str) -> None:
    with pytest.raises(DocumentError) as caught:
        await html_to_pdf(html)
    assert "outside resource" in str(caught.value)


async def test_the_press_goes_on_after_a_failure() -> None:
    with pytest.raises(DocumentError):
        await html_to_pdf('<img src="file:///x">')
    assert (await html_to_pdf("<p>次</p>")).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_receipt_and_copy(language: str) -> None:
    filing = Filing(
        title="高圧ガス製造許可申請",
        arrival_number="20260401-8R2K-M4TX-0QJ9-F",
        arrived_at=datetime(2026, 4, 1, 1, 30, tzinfo=UTC),
        applicant="青葉工業株式会社",
        agency="宮城県",
        agent="行政書士 鈴木",
        content_hash="sha256:" + "cd" * 32,
        verification_url="https://madoguchi.example/verify",
        sections=[("製造計画", [("ガスの種類", "ヘリウム"), ("備考", "一行目\n二行目 <b>")])] * 30,
        attachments=[("製造計画書", "計画.pdf", "ef" * 32)],
        language=language,
    )
    for pdf in (await receipt_pdf(filing), await filing_copy_pdf(filing)):
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert str(document.Root.Lang) == language
            with document.open_metadata() as metadata:
                assert metadata["dc:title"]
