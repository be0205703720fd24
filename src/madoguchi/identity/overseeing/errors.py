"""What is refused at the desk of accounts, with texts officials can act on."""

from madoguchi.identity.errors import IdentityError

_REFUSED = {
    "reason": (
        422,
        {"ja": "理由を入力してください。記録に残ります。", "en": "Give a reason; it is kept."},
    ),
    "already_closed": (
        409,
        {"ja": "すでに終了しています。", "en": "It is closed already."},
    ),
    "already_asked": (
        409,
        {
            "ja": "すでに終了の手続が始まっています。もう1人の職員が確認します。",
            "en": "Somebody asked for it already. Another official confirms it.",
        },
    ),
    "second_official": (
        403,
        {
            "ja": "終了には、別の職員の確認が必要です。",
            "en": "Another official must confirm the closing.",
        },
    ),
}


def refused(code: str) -> IdentityError:
    """403, 409 or 422: `code` of _REFUSED names why."""
    status, message = _REFUSED[code]
    return IdentityError(code, status, message, pointers=("/reason",))
