"""Errors of keys: unknown ones, too many requests, what cannot be made."""

from collections.abc import Mapping

from madoguchi.kernel.language import Text
from madoguchi.registry.errors import RegistryError


class TooManyRequests(RegistryError):
    """The caller has nothing left for now (利用上限の超過); `headers` say until when."""

    def __init__(self, seconds: int, headers: Mapping[str, str]) -> None:
        self.headers = {**headers, "Retry-After": str(seconds)}
        super().__init__(
            "too_many_requests",
            429,
            {
                "ja": "決められた時間あたりの利用回数を超えました。{seconds}秒後に、もう一度お試しください。",
                "en": "The number of requests allowed was exceeded. Please try again in {seconds} seconds.",
            },
            {"seconds": seconds},
        )


def key_needed() -> RegistryError:
    """401: there is no key with the request, or none that is valid."""
    return RegistryError(
        "key_needed",
        401,
        {
            "ja": "有効なAPIキーが必要です。APIキーは「開発者の方へ」（/developers）で作れます。",
            "en": "A valid API key is needed. Make one at /developers.",
        },
    )


_TEXTS: dict[str, tuple[int, Text, tuple[str, ...]]] = {
    "key_name": (
        422,
        {
            "ja": "APIキーの名前を1～100文字で入力してください。",
            "en": "Enter a name for the key, 1 to 100 characters.",
        },
        ("/name",),
    ),
    "too_many_keys": (
        409,
        {
            "ja": "APIキーは10個まで作れます。使っていないものを無効にしてください。",
            "en": "There may be ten keys. Revoke those that are not in use.",
        },
        ("/name",),
    ),
    "key_unknown": (
        404,
        {"ja": "このAPIキーは見つかりません。", "en": "This key was not found."},
        (),
    ),
    "key_of_program": (
        403,
        {
            "ja": "APIキーを作れるのは、ログインした人だけです。",
            "en": "Only somebody who is signed in can make keys.",
        },
        (),
    ),
}


def refused(code: str) -> RegistryError:
    """The error with this code."""
    status, text, pointers = _TEXTS[code]
    return RegistryError(code, status, text, pointers=pointers)
