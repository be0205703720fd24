"""What is refused to who administers officials, with texts they can act on."""

from madoguchi.identity.errors import IdentityError

_REFUSED = {
    "not_administrator": (
        403,
        {
            "ja": "この画面は、その行政庁のシステム管理者だけが使えます。",
            "en": "For administrators of the agency only.",
        },
        "",
    ),
    "own_role": (
        403,
        {
            "ja": "ご自分の役割は変えられません。ほかの管理者に頼んでください。",
            "en": "You cannot change your own roles. Ask another administrator.",
        },
        "",
    ),
    "last_administrator": (
        409,
        {
            "ja": "この行政庁の最後のシステム管理者です。先にほかの人を、期限のない管理者にしてください。",
            "en": "This is the agency's last administrator. First make somebody else one, without an end.",
        },
        "",
    ),
    "roles_elsewhere": (
        409,
        {
            "ja": "ほかの行政庁の役割があるため、止められません。あなたの行政庁の役割を外してください。",
            "en": "They have roles at other agencies. Take back those at yours instead.",
        },
        "",
    ),
    "no_role": (
        422,
        {"ja": "役割を選んでください。", "en": "Choose a role."},
        "/role",
    ),
    "role_of_operator": (
        403,
        {
            "ja": "本人確認担当は、すべての利用者に関わるため、システムの運用者だけが指定できます。",
            "en": "Identity proofing concerns everybody's account: only the operator of the system gives it.",
        },
        "/role",
    ),
    "no_agency": (
        422,
        {"ja": "行政庁を選んでください。", "en": "Choose an agency."},
        "/agency",
    ),
    "period": (
        422,
        {
            "ja": "終わりの日は、始まりの日と今日より後にしてください。",
            "en": "The last day must not lie before the first, nor before today.",
        },
        "/to",
    ),
    "needs_second_factor": (
        409,
        {
            "ja": "先に「ログインと安全」の画面で、パスキーか認証アプリを登録してください。",
            "en": "First add a passkey or an authenticator app on the page “Sign-in and security”.",
        },
        "",
    ),
}


def refused(code: str) -> IdentityError:
    """403, 409 or 422: `code` of _REFUSED names why."""
    status, message, pointer = _REFUSED[code]
    return IdentityError(code, status, message, pointers=(pointer,) if pointer else ())
