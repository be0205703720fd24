"""Pure rules of messages: filling templates, links, what a mail may carry."""

import re
from collections.abc import Mapping
from decimal import Decimal

from madoguchi.kernel.language import LANGUAGES, Text, pick

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,59})\}")
_LINE_BREAKS = re.compile(r"[\r\n\u0085\u2028\u2029\x00-\x1f\x7f]+")
MOST_SUBJECT = 300
MOST_BODY = 20_000
MOST_VALUE = 4_000
MOST_SAID = 4_000


def fill(template: str, values: Mapping[str, object]) -> str:
    """The template with {name} replaced by values[name]; anything else in braces stays as it is.

    Only plain names are looked up and only plain values inserted: no attributes, no indexes, no
    format codes, and what a value holds is never looked at again.
    """

    def replace(found: re.Match[str]) -> str:
        value = values.get(found.group(1))
        if value is None or not isinstance(value, str | int | Decimal):
            return "" if found.group(1) in values else found.group(0)
        return str(value)[:MOST_VALUE]

    return _PLACEHOLDER.sub(replace, template)


def fill_text(text: Mapping[str, str] | str, values: Mapping[str, object]) -> Text:
    """Both languages of a template filled. A value may itself be {"ja", "en"}."""
    filled: Text = {}
    for language in LANGUAGES:
        chosen = {
            name: pick(value, language) if isinstance(value, Mapping) else value
            for name, value in values.items()
        }
        filled[language] = fill(pick(text, language), chosen)
    return filled


def subject_line(text: Mapping[str, str]) -> Text:
    """A subject on one line: a line break in a mail's head would begin another head."""
    return {
        language: _LINE_BREAKS.sub(" ", words).strip()[:MOST_SUBJECT]
        for language, words in text.items()
    }


def local_link(link: str | None) -> str | None:
    """A path within this site, or None: a message never leads its reader elsewhere."""
    if not link or not link.startswith("/") or link.startswith(("//", "/\\")):
        return None
    if _LINE_BREAKS.search(link) or len(link) > 500:
        return None
    return link


def mail_text(subject: Mapping[str, str], address: str, language: str) -> tuple[str, str]:
    """Subject and body of the mail that points to a message: no names, no content of the case."""
    line = pick(subject, language)
    if language == "en":
        return f"[Madoguchi] {line}", _MAIL_EN.format(subject=line, address=address)
    return f"【窓口】{line}", _MAIL_JA.format(subject=line, address=address)


_MAIL_JA = """\
新しいお知らせが届きました。

件名: {subject}

内容は、ログインしてご確認ください。
{address}

このメールには返信できません。お心当たりがない場合は、このメールを削除してください。
"""
_MAIL_EN = """\
You have a new message.

Subject: {subject}

Please sign in to read it.
{address}

Please do not reply to this mail. If you did not expect it, you may delete it.
"""
