"""Errors of identity, with texts a person can act on."""

from madoguchi.kernel.errors import DomainError


class IdentityError(DomainError):
    """Not signed in, not allowed, or unknown (本人・権限のエラー)."""


def sign_in_required() -> IdentityError:
    """401: nobody is signed in, or the token is not valid."""
    return IdentityError(
        "sign_in_required",
        401,
        {
            "ja": "ログインが必要です。プログラムからは有効なアクセストークンを付けてください。",
            "en": "Sign in first. Programs must send a valid access token.",
        },
    )


def not_allowed() -> IdentityError:
    """403: signed in, without the role."""
    return IdentityError(
        "not_allowed",
        403,
        {
            "ja": "この操作を行う権限がありません。",
            "en": "You do not have permission for this.",
        },
    )


def unknown(what: str) -> IdentityError:
    """404: there is no such person, organisation, agency or token for this actor."""
    return IdentityError(
        "not_found",
        404,
        {"ja": "指定されたものが見つかりません。", "en": "It was not found."},
        {"what": what},
    )


def demo_only() -> IdentityError:
    """403: choosing a person without a credential is for development only."""
    return IdentityError(
        "demo_only",
        403,
        {
            "ja": "この方法でのログインは、開発環境だけで使えます。",
            "en": "Signing in this way is possible in development only.",
        },
    )


def invalid_label() -> IdentityError:
    """422: an access token needs a name."""
    return IdentityError(
        "invalid_label",
        422,
        {
            "ja": "トークンの名前を1～100文字で入力してください。",
            "en": "Enter a name for the token, 1 to 100 characters.",
        },
        pointers=("/label",),
    )


def invalid_days() -> IdentityError:
    """422: the life of an access token is out of range."""
    return IdentityError(
        "invalid_days",
        422,
        {
            "ja": "有効期間は1～365日で指定してください。",
            "en": "Choose between 1 and 365 days.",
        },
        pointers=("/days",),
    )


def too_many_tokens() -> IdentityError:
    """409: no person needs more tokens than this."""
    return IdentityError(
        "too_many_tokens",
        409,
        {
            "ja": "有効なトークンが多すぎます。使わないものを無効にしてから作ってください。",
            "en": "There are too many valid tokens. Revoke those you do not use first.",
        },
    )


def invalid_mandate() -> IdentityError:
    """422: a mandate to oneself, or one that ends before it begins."""
    return IdentityError(
        "invalid_mandate",
        422,
        {
            "ja": "委任の相手と期間を確かめてください。",
            "en": "Check the agent and the period of the mandate.",
        },
    )


def too_many_invitations() -> IdentityError:
    """409: an organisation sends more invitations than any needs."""
    return IdentityError(
        "too_many_invitations",
        409,
        {
            "ja": "招待が多すぎます。しばらく待ってから、もう一度お試しください。",
            "en": "There were too many invitations. Wait a while, then try again.",
        },
    )


def proof_over() -> IdentityError:
    """409: the proof under way took too long, or was ended in another window."""
    return IdentityError(
        "proof_over",
        409,
        {
            "ja": "手続きの時間が切れました。最初からやり直してください。",
            "en": "This took too long. Please start again.",
        },
    )


def account_refused(code: str) -> IdentityError:
    """422: a change to one's account that is refused; `code` of _ACCOUNT names why."""
    message, pointer = _ACCOUNT[code]
    return IdentityError(code, 422, message, pointers=(pointer,) if pointer else ())


_ACCOUNT = {
    "passkey_refused": (
        {
            "ja": "パスキーを確かめられませんでした。もう一度お試しください。",
            "en": "The passkey could not be verified. Please try again.",
        },
        "",
    ),
    "passkey_known": (
        {
            "ja": "このパスキーはすでに登録されています。",
            "en": "This passkey is already registered.",
        },
        "",
    ),
    "too_many_passkeys": (
        {
            "ja": "パスキーが多すぎます。使わないものを削除してから追加してください。",
            "en": "There are too many passkeys. Remove those you do not use first.",
        },
        "",
    ),
    "needs_second": (
        {
            "ja": "プライムと職員のアカウントには、パスキーか認証アプリが必要です。"
            "ほかの手段を登録してから削除してください。",
            "en": "Accounts of primes and officials need a passkey or an authenticator app. "
            "Add another one before you remove this.",
        },
        "",
    ),
    "wrong_code": (
        {
            "ja": "コードが正しくありません。アプリに表示されている6けたの数字を入力してください。",
            "en": "The code is not right. Enter the six digits your app shows now.",
        },
        "/code",
    ),
    "password_short": (
        {
            "ja": "パスワードは12文字以上にしてください。",
            "en": "Use at least 12 characters.",
        },
        "/password",
    ),
    "password_long": (
        {
            "ja": "パスワードは128文字以内にしてください。",
            "en": "Use at most 128 characters.",
        },
        "/password",
    ),
    "password_breached": (
        {
            "ja": "このパスワードは、過去に漏えいしたものとして知られています。別のものにしてください。",
            "en": "This password is known from a breach. Choose another one.",
        },
        "/password",
    ),
    "password_weak": (
        {
            "ja": "このパスワードは推測されやすいものです。"
            "関係のない単語をいくつか並べるなど、もっと長くしてください。",
            "en": "This password is easy to guess. Make it longer, for example of several unrelated words.",
        },
        "/password",
    ),
    "still_needed": (
        {
            "ja": "まだ終了できません。画面に示した残りの事柄を、先に済ませてください。",
            "en": "This cannot be closed yet. Settle first what the page says remains.",
        },
        "/sure",
    ),
    "invalid_address": (
        {
            "ja": "メールアドレスを正しく入力してください。例：taro@example.jp",
            "en": "Enter a mail address, like taro@example.jp.",
        },
        "/address",
    ),
    "invalid_name": (
        {
            "ja": "氏名を1～100文字で入力してください。",
            "en": "Enter your name, 1 to 100 characters.",
        },
        "/name",
    ),
}
