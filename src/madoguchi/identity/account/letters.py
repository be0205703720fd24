"""Mails of accounts (メール): codes and links, in the reader's language. They name nobody."""

from collections.abc import Mapping
from typing import Protocol


class Surroundings(Protocol):
    """Where the site is and which language the reader has chosen."""

    @property
    def site(self) -> str:
        """The site's address."""

    @property
    def language(self) -> str:
        """ja or en."""


_Letter = Mapping[str, tuple[str, str]]

_END = {
    "ja": "\n\n{site}\n\nこのメールに心当たりがない場合は、破棄してください。コードを誰かに伝えないでください。"
    "職員が電話などでコードを尋ねることはありません。\n",
    "en": "\n\n{site}\n\nIf you did not expect this mail, delete it. Give the code to nobody: "
    "officials never ask for it.\n",
}
_CODE: _Letter = {
    "ja": ("【窓口】確認コード", "確認コード: {code}\n\n10分以内に、元の画面で入力してください。"),
    "en": (
        "[Madoguchi] Your code",
        "Your code: {code}\n\nEnter it on the page you came from within 10 minutes.",
    ),
}
_RESET: _Letter = {
    "ja": (
        "【窓口】認証手段のリセットの確認コード",
        "パスキーや認証アプリを使えなくなったときの、リセットの確認コードです: {code}\n\n"
        "申し込みから24時間後に、もう一度同じ手続きをすると、リセットされます。\n"
        "申し込んでいない場合、このコードを使わず、いつもの方法でログインしてください。申し込みは取り消されます。",
    ),
    "en": (
        "[Madoguchi] The code to reset your ways to sign in",
        "The code to reset passkeys and authenticator app: {code}\n\n"
        "24 hours after you asked, do the same once more, and they are reset.\n"
        "If you did not ask, do not use this code, and sign in as usual: that cancels the reset.",
    ),
}
_NO_ACCOUNT: _Letter = {
    "ja": (
        "【窓口】ログインについて",
        "このメールアドレスのアカウントはありません。\nアカウントを作る: {site}/sign-up",
    ),
    "en": (
        "[Madoguchi] Signing in",
        "There is no account with this mail address.\nMake an account: {site}/sign-up",
    ),
}
_HAS_ACCOUNT: _Letter = {
    "ja": (
        "【窓口】アカウントについて",
        "このメールアドレスのアカウントは、すでにあります。\nログイン: {site}/sign-in",
    ),
    "en": (
        "[Madoguchi] Your account",
        "There is already an account with this mail address.\nSign in: {site}/sign-in",
    ),
}
_INVITATION: _Letter = {
    "ja": (
        "【窓口】{organisation}からの招待",
        "{organisation}の手続を担当するメンバーとして招待されました。\n"
        "7日以内に、次のページで承諾してください。\n{link}",
    ),
    "en": (
        "[Madoguchi] An invitation from {organisation}",
        "You were invited to act for {organisation}.\nAccept within 7 days on this page:\n{link}",
    ),
}


def code_letter(purpose: str, known: bool, code: str, means: Surroundings) -> tuple[str, str]:
    """Subject and body: the code, or why there is none (no account, or one already)."""
    new = purpose == "sign_up"
    other = _HAS_ACCOUNT if new else _NO_ACCOUNT
    code_for = _RESET if purpose == "recovery" else _CODE
    letter = code_for if known != new else other
    return _written(letter, means, {"code": code})


def invitation_letter(organisation: str, link: str, means: Surroundings) -> tuple[str, str]:
    """Subject and body of an invitation."""
    one_line = " ".join(organisation.split())
    return _written(_INVITATION, means, {"organisation": one_line, "link": link})


def _written(letter: _Letter, means: Surroundings, values: Mapping[str, str]) -> tuple[str, str]:
    language = means.language if means.language in letter else "ja"
    subject, body = letter[language]
    filled = {**values, "site": means.site}
    return subject.format(**filled), (body + _END[language]).format(**filled)
