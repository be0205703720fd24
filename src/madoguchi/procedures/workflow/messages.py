"""The messages every procedure has unless its package words them itself."""

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "filed": {
        "subject": {"ja": "「{title}」を受け付けました", "en": "Received: {title}"},
        "body": {
            "ja": "到達番号は {arrival_number} です。受付の控えはいつでもご覧いただけます。",
            "en": "Your arrival number is {arrival_number}. The receipt stays available to you.",
        },
    },
    "forwarded": {
        "subject": {"ja": "「{title}」を進達しました", "en": "Forwarded: {title}"},
        "body": {
            "ja": "経由機関が内容の形式を確かめ、決定する機関へ送りました(到達番号 {arrival_number})。",
            "en": "The office that received your filing {arrival_number} has sent it to the agency that decides.",
        },
    },
    "examination_started": {
        "subject": {"ja": "「{title}」の審査を始めました", "en": "Examination begun: {title}"},
        "body": {
            "ja": "担当者が審査を始めました(到達番号 {arrival_number})。",
            "en": "An official has begun to examine your filing ({arrival_number}).",
        },
    },
    "correction_requested": {
        "subject": {
            "ja": "「{title}」に直していただく項目があります",
            "en": "Please correct: {title}",
        },
        "body": {
            "ja": "次の理由で補正をお願いします。\n{reason}\n画面に、直す項目が示されています。",
            "en": "Please correct your filing for this reason:\n{reason}\nThe answers concerned are marked.",
        },
    },
    "corrected": {
        "subject": {
            "ja": "「{title}」の補正を受け付けました",
            "en": "Correction received: {title}",
        },
        "body": {
            "ja": "直していただいた内容が届きました(到達番号 {arrival_number})。",
            "en": "Your correction has arrived ({arrival_number}).",
        },
    },
    "accepted": {
        "subject": {"ja": "「{title}」の形式を確認しました", "en": "Confirmed: {title}"},
        "body": {
            "ja": "届出は到達した時に効力が生じています。これで手続は終わりです。",
            "en": "Your notice took effect when it arrived. Nothing more is needed.",
        },
    },
    "correction_reminder": {
        "subject": {
            "ja": "「{title}」の訂正の期限が近づいています",
            "en": "Correction due soon: {title}",
        },
        "body": {
            "ja": "訂正の期限は{due}です(到達番号 {arrival_number})。",
            "en": "The correction of {arrival_number} is due by {due}.",
        },
    },
    "correction_overdue": {
        "subject": {
            "ja": "「{title}」の訂正の期限が過ぎました",
            "en": "Correction overdue: {title}",
        },
        "body": {
            "ja": "訂正の期限は{due}でした(到達番号 {arrival_number})。すぐに直して送ってください。",
            "en": "The correction of {arrival_number} was due by {due}. Send it at once.",
        },
    },
    "urged": {
        "subject": {"ja": "「{title}」について督促します", "en": "Reminder: {title}"},
        "body": {
            "ja": "まだ届いていません(到達番号 {arrival_number})。\n{reason}",
            "en": "Something is still missing ({arrival_number}):\n{reason}",
        },
    },
    "granted": {
        "subject": {"ja": "「{title}」の結果をお知らせします", "en": "Decision: {title}"},
        "body": {
            "ja": "結果が出ました。通知書を画面からご覧いただけます。",
            "en": "A decision has been made. The letter is available on the page of your filing.",
        },
    },
    "refused": {
        "subject": {"ja": "「{title}」の結果をお知らせします", "en": "Decision: {title}"},
        "body": {
            "ja": "結果が出ました。理由と、不服があるときの方法は、通知書をご覧ください。",
            "en": "A decision has been made. The letter gives the reasons and how to appeal.",
        },
    },
    "withdrawn": {
        "subject": {"ja": "「{title}」の取下げを受け付けました", "en": "Withdrawn: {title}"},
        "body": {
            "ja": "取下げを受け付けました(到達番号 {arrival_number})。",
            "en": "Your filing {arrival_number} has been withdrawn.",
        },
    },
}
