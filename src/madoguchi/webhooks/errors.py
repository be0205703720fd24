"""Errors of webhooks, with texts a person can act on."""

from typing import Any

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text


class WebhookError(DomainError):
    """An endpoint cannot be found, made or changed (Webhookのエラー)."""


_TEXTS: dict[str, tuple[int, Text, tuple[str, ...]]] = {
    "webhook_not_found": (
        404,
        {"ja": "この通知先は見つかりません。", "en": "This endpoint was not found."},
        (),
    ),
    "webhook_no_owner": (
        403,
        {
            "ja": "Webhookは、法人のすべての手続を見られる人か、行政機関の業務管理者・システム管理者が登録できます。",
            "en": "Members who see all of an organisation, and managers and administrators of an agency, can have webhooks.",
        },
        (),
    ),
    "webhook_label": (
        422,
        {
            "ja": "通知先の名前を1～100文字で入力してください。",
            "en": "Enter a name for the endpoint, 1 to 100 characters.",
        },
        ("/label",),
    ),
    "webhook_url_length": (
        422,
        {
            "ja": "通知先のアドレスを500文字までで入力してください。",
            "en": "Enter the address of the endpoint, at most 500 characters.",
        },
        ("/url",),
    ),
    "webhook_url_form": (
        422,
        {
            "ja": "通知先のアドレスを、https://example.jp/hook のように入力してください。ユーザー名や # は使えません。",
            "en": "Enter an address such as https://example.com/hook, without user name and without #.",
        },
        ("/url",),
    ),
    "webhook_url_scheme": (
        422,
        {
            "ja": "通知先のアドレスは https:// で始めてください。",
            "en": "The address must begin with https://.",
        },
        ("/url",),
    ),
    "webhook_url_private": (
        422,
        {
            "ja": "このアドレスには送れません。インターネットから届くアドレスを入力してください。",
            "en": "This address cannot be called. Enter one that the internet can reach.",
        },
        ("/url",),
    ),
    "webhook_events": (
        422,
        {
            "ja": "通知する内容を一覧から選んでください。",
            "en": "Choose the events from the list.",
        },
        ("/events",),
    ),
    "webhook_corporations": (
        422,
        {
            "ja": "「{number}」は法人番号ではありません。13桁の数字を確かめてください。",
            "en": "“{number}” is not a corporate number. Check its 13 digits.",
        },
        ("/corporations",),
    ),
    "webhook_corporations_many": (
        422,
        {
            "ja": "法人番号は{most}件までです。それより多いときは空にして、すべての変更を受け取ってください。",
            "en": "At most {most} corporate numbers can be watched. For more, leave the list empty to be "
            "told of every change.",
        },
        ("/corporations",),
    ),
    "webhook_corporations_unchosen": (
        422,
        {
            "ja": "法人番号を指定するときは、「法人の公開情報が変わった」も選んでください。",
            "en": "To watch corporations, choose “What is published of corporations changed” as well.",
        },
        ("/events",),
    ),
    "webhook_agency": (
        422,
        {
            "ja": "業務管理者またはシステム管理者を務める行政機関を選んでください。",
            "en": "Choose an agency of which you are a manager or administrator.",
        },
        ("/agency",),
    ),
    "webhook_too_many": (
        409,
        {
            "ja": "通知先が多すぎます。使わないものを削除してから登録してください。",
            "en": "There are too many endpoints. Delete those you do not use first.",
        },
        (),
    ),
    "webhook_disabled": (
        409,
        {
            "ja": "この通知先は停止しています。再開してから操作してください。",
            "en": "This endpoint is disabled. Enable it first.",
        },
        (),
    ),
    "webhook_since": (
        422,
        {
            "ja": "送り直す最初の日を、30日以内の日付で入力してください。",
            "en": "Enter the first day to send again, within the last 30 days.",
        },
        ("/since",),
    ),
}


def webhook_error(code: str, **values: Any) -> WebhookError:
    """The error of that code, with what its text names."""
    status, text, pointers = _TEXTS[code]
    return WebhookError(code, status, text, values, pointers=pointers)
