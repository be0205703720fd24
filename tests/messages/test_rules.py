"""Templates of messages: filled, never executed; links that stay here; mail that tells little."""

from decimal import Decimal
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.messages import rules


@pytest.mark.parametrize(
    ("template", "values", "filled"),
    [
        ("{title}を受け付けました", {"title": "許可申請"}, "許可申請を受け付けました"),
        ("{amount}円", {"amount": Decimal("90000")}, "90000円"),
        ("{missing} {title}", {"title": "a"}, "{missing} a"),
        ("{gone}です", {"gone": None}, "です"),
        ("{title.__class__}", {"title": "a"}, "{title.__class__}"),
        ("{title[0]}", {"title": "a"}, "{title[0]}"),
        ("{title!r}{title:>99999999}", {"title": "a"}, "{title!r}{title:>99999999}"),
        ("{0}{}{{title}}", {"title": "a"}, "{0}{}{a}"),
        ("{a}", {"a": "{b}", "b": "secret"}, "{b}"),
        ("{a}", {"a": object()}, ""),
    ],
)
def test_filling(template: str, values: dict[str, object], filled: str) -> None:
    assert rules.fill(template, values) == filled


@given(st.text(), st.dictionaries(st.text(max_size=8), st.text()))
def test_no_template_raises(template: str, values: dict[str, str]) -> None:
    rules.fill(template, values)


def test_values_in_both_languages() -> None:
    text = {"ja": "{title}の件", "en": "About {title}"}
    filled = rules.fill_text(text, {"title": {"ja": "許可", "en": "a permit"}})
    assert filled == {"ja": "許可の件", "en": "About a permit"}


@given(st.text(max_size=400))
def test_a_subject_never_begins_another_header(text: str) -> None:
    line = rules.subject_line({"ja": text})["ja"]
    mail = EmailMessage()
    mail["Subject"] = line.encode("utf-8", "replace").decode()
    assert len(mail.as_string().partition("\n\n")[0].splitlines()) >= 1
    assert "\n" not in line
    assert "\r" not in line


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("/cases/1", "/cases/1"),
        ("/cases/1?tab=2#a", "/cases/1?tab=2#a"),
        (None, None),
        ("", None),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("javascript:alert(1)", None),
        ("/a\nb", None),
    ],
)
def test_links_stay_here(link: str | None, kept: str | None) -> None:
    assert rules.local_link(link) == kept


@pytest.mark.parametrize("language", ["ja", "en"])
def test_mail_points_to_the_inbox(language: str) -> None:
    subject, body = rules.mail_text(
        {"ja": "{title}", "en": "{title}"}, "https://a.example/inbox/1", language
    )
    assert "{title}" in subject
    assert "https://a.example/inbox/1" in body
