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
_RESTING: _Letter = {
    "ja": (
        "【窓口】アカウントについて",
        "このメールアドレスは、少し前まで別のアカウントで使われていたため、まだ使えません。\n"
        "しばらく待つか、別のメールアドレスを使ってください。",
    ),
    "en": (
        "[Madoguchi] Your account",
        "This mail address belonged to another account until a short while ago and cannot be used yet.\n"
        "Wait a while, or use another address.",
    ),
}
_ADDRESS_CHANGED: _Letter = {
    "ja": (
        "【窓口】メールアドレスが変更されました",
        "アカウントのメールアドレスが、{address} に変更されました。\n"
        "ご自身で変更した場合は、何もする必要はありません。\n\n"
        "心当たりがない場合は、72時間以内に次のページで元に戻してください。"
        "ほかのログインはすべて終了します。\n{link}",
    ),
    "en": (
        "[Madoguchi] Your mail address was changed",
        "The mail address of your account was changed to {address}.\n"
        "If you did this, there is nothing to do.\n\n"
        "If this was not you, undo it on this page within 72 hours. Every session is ended.\n{link}",
    ),
}
_CLOSED: _Letter = {
    "ja": (
        "【窓口】アカウントを終了しました",
        "このメールアドレスのアカウントを終了しました。ログインはできなくなりました。\n"
        "提出した手続の記録は、法令で定められた期間、保存されます。",
    ),
    "en": (
        "[Madoguchi] Your account was closed",
        "The account with this mail address was closed. Nobody can sign in with it any more.\n"
        "What was filed is kept as long as the law says.",
    ),
}
_OFFICIAL: _Letter = {
    "ja": (
        "【窓口】{agency}の職員としての招待",
        "{agency}の職員として招待されました。\n7日以内に、次のページで承諾してください。"
        "パスキーか認証アプリの登録が必要です。\n{link}",
    ),
    "en": (
        "[Madoguchi] An invitation from {agency}",
        "You were invited as an official of {agency}.\nAccept within 7 days on this page. You need a "
        "passkey or an authenticator app.\n{link}",
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


def code_letter(
    purpose: str, known: bool, resting: bool, code: str, means: Surroundings
) -> tuple[str, str]:
    """Subject and body: the code, or why there is none (no account, one already, one until lately)."""
    new = purpose in ("sign_up", "address")
    if new and resting and not known:
        return _written(_RESTING, means, {})
    other = _HAS_ACCOUNT if new else _NO_ACCOUNT
    code_for = _RESET if purpose == "recovery" else _CODE
    letter = code_for if known != new else other
    return _written(letter, means, {"code": code})


def official_letter(agency: str, link: str, means: Surroundings) -> tuple[str, str]:
    """Subject and body of an official's invitation."""
    return _written(_OFFICIAL, means, {"agency": agency, "link": link})


def invitation_letter(organisation: str, link: str, means: Surroundings) -> tuple[str, str]:
    """Subject and body of an invitation."""
    one_line = " ".join(organisation.split())
    return _written(_INVITATION, means, {"organisation": one_line, "link": link})


def address_changed_letter(address: str, link: str, means: Surroundings) -> tuple[str, str]:
    """Subject and body for the earlier address: the new one, and the link that undoes it."""
    return _written(_ADDRESS_CHANGED, means, {"address": address, "link": link})


def closed_letter(means: Surroundings) -> tuple[str, str]:
    """Subject and body to the address of an account just closed."""
    return _written(_CLOSED, means, {})


def _written(letter: _Letter, means: Surroundings, values: Mapping[str, str]) -> tuple[str, str]:
    language = means.language if means.language in letter else "ja"
    subject, body = letter[language]
    filled = {**values, "site": means.site}
    return subject.format(**filled), (body + _END[language]).format(**filled)
