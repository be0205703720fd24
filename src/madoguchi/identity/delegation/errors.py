"""Refusals of delegation, each with what to do about it."""

from madoguchi.identity.errors import IdentityError
from madoguchi.kernel.language import Text

_REFUSALS: dict[str, tuple[int, str, Text]] = {
    "agent_missing": (
        422,
        "/agent",
        {
            "ja": "代理人の法人番号（13桁）か、メールアドレスを入力してください。",
            "en": "Enter the agent's corporate number (13 digits) or mail address.",
        },
    ),
    "agent_unknown": (
        422,
        "/agent",
        {
            "ja": "この法人番号の利用者はいません。番号を確かめるか、担当者のメールアドレスを入力してください。",
            "en": "Nobody here has this corporate number. Check it, or enter a person's mail address.",
        },
    ),
    "agent_is_principal": (
        422,
        "/agent",
        {
            "ja": "委任する人と代理人が同じです。代理人には、ほかの法人か人を指定してください。",
            "en": "The agent is the principal itself. Name another organisation or person.",
        },
    ),
    "procedures_missing": (
        422,
        "/procedures",
        {
            "ja": "委任する手続を選んでください。",
            "en": "Choose the procedures.",
        },
    ),
    "procedures_many": (
        422,
        "/procedures",
        {
            "ja": "手続は200件まで選べます。それより多いときは「すべての手続」を選んでください。",
            "en": "Choose at most 200 procedures, or all of them.",
        },
    ),
    "powers_unknown": (
        422,
        "/powers",
        {
            "ja": "任せることを、選択肢から選んでください。",
            "en": "Choose what may be done from the list.",
        },
    ),
    "period_backwards": (
        422,
        "/valid_to",
        {
            "ja": "終わりの日は、始まりの日以後にしてください。",
            "en": "The last day must not be before the first.",
        },
    ),
    "period_past": (
        422,
        "/valid_to",
        {
            "ja": "終わりの日が過ぎています。今日以後の日にしてください。",
            "en": "The last day is past. Choose today or later.",
        },
    ),
    "period_long": (
        422,
        "/valid_to",
        {
            "ja": "期間は5年までです。終わりの日を近くしてください。",
            "en": "A mandate lasts five years at most. Choose an earlier last day.",
        },
    ),
    "wider_than_source": (
        422,
        "/procedures",
        {
            "ja": "もとの委任の範囲（手続・任せること・期間）を超えています。範囲の中で指定してください。",
            "en": "This is wider than the mandate it comes from: keep to its procedures, powers and period.",
        },
    ),
    "no_sub_delegation": (
        409,
        "",
        {
            "ja": "この委任は、ほかの人に任せること（復委任）ができません。委任者に相談してください。",
            "en": "This mandate may not be passed on. Ask the principal.",
        },
    ),
    "not_waiting": (
        409,
        "",
        {
            "ja": "この委任は、もう返事を待っていません。いまの状態を確かめてください。",
            "en": "This mandate no longer waits for an answer. See where it stands.",
        },
    ),
    "not_in_force": (
        409,
        "",
        {
            "ja": "この委任は、すでに終わっているか、まだ承諾されていません。",
            "en": "This mandate is over, or was never accepted.",
        },
    ),
    "members_unknown": (
        422,
        "/members",
        {
            "ja": "担当者は、この法人のメンバーから選んでください。",
            "en": "Choose from the members of the organisation.",
        },
    ),
    "too_many": (
        429,
        "",
        {
            "ja": "委任の申し込みが多すぎます。しばらく待ってから、もう一度お試しください。",
            "en": "There were too many proposals. Wait a while, then try again.",
        },
    ),
}


def refused(code: str, at: str | None = None) -> IdentityError:
    """One of the refusals above, 409, 422 or 429; `at`: the control, where it is another one."""
    status, pointer, text = _REFUSALS[code]
    pointer = at or pointer
    return IdentityError(code, status, dict(text), pointers=(pointer,) if pointer else ())
