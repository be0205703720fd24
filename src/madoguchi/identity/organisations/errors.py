"""What is refused to who manages an organisation, with texts they can act on."""

from madoguchi.identity.errors import IdentityError

_REFUSED = {
    "branch_name": (
        422,
        {"ja": "名称を1～200文字で入力してください。", "en": "Enter a name, 1 to 200 characters."},
        "/name",
    ),
    "branch_address": (
        422,
        {"ja": "所在地は300文字以内で入力してください。", "en": "Use at most 300 characters."},
        "/address",
    ),
    "branch_parent": (
        422,
        {
            "ja": "上の組織を選んでください。支店・事業所は3階層までです。",
            "en": "Choose what it belongs to. There are at most three levels.",
        },
        "/parent",
    ),
    "too_many_branches": (
        409,
        {"ja": "支店・事業所が多すぎます。", "en": "There are too many branches."},
        "/name",
    ),
    "branch_used": (
        409,
        {
            "ja": "メンバーか下の事業所があるため、削除できません。先に移してください。",
            "en": "Members or other branches belong to it. Move them first.",
        },
        "/name",
    ),
    "member_role": (422, {"ja": "役割を選んでください。", "en": "Choose a role."}, "/role"),
    "member_branch": (422, {"ja": "所属を選んでください。", "en": "Choose a branch."}, "/branch"),
    "member_procedures": (
        422,
        {
            "ja": "手続のIDを、1行に1つずつ入力してください。例：high-pressure-gas-production",
            "en": "Enter ids of procedures, one a line, like high-pressure-gas-production.",
        },
        "/procedures",
    ),
    "beyond_own_limits": (
        422,
        {
            "ja": "あなたに認められた手続の中から、1つ以上入力してください。",
            "en": "Enter at least one of the procedures you may file yourself, and no other.",
        },
        "/procedures",
    ),
    "program_beyond_limits": (
        409,
        {
            "ja": "このプログラムは、あなたに認められていない手続もできるため、鍵を作れません。",
            "en": "This program may file procedures you may not: you cannot make a key for it.",
        },
        "/days",
    ),
    "program_name": (
        422,
        {"ja": "名前を1～100文字で入力してください。", "en": "Enter a name, 1 to 100 characters."},
        "/name",
    ),
    "too_many_programs": (
        409,
        {
            "ja": "プログラムが多すぎます。使わないものを終了してください。",
            "en": "There are too many programs. End those you do not use.",
        },
        "/name",
    ),
    "too_many_keys": (
        409,
        {
            "ja": "鍵は同時に2つまでです。古いものを無効にしてから作ってください。",
            "en": "A program has at most two keys. Revoke the older one first.",
        },
        "/days",
    ),
    "days": (
        422,
        {"ja": "有効期間は1～365日で指定してください。", "en": "Choose between 1 and 365 days."},
        "/days",
    ),
}


def refused(code: str) -> IdentityError:
    """409 or 422: `code` of _REFUSED names why."""
    status, message, pointer = _REFUSED[code]
    return IdentityError(code, status, message, pointers=(pointer,))
