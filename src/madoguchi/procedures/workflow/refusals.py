"""Why an action cannot be done here, now or by this person: every refusal with its status and words."""

from collections.abc import Mapping

from madoguchi.kernel.errors import DomainError


class WorkflowError(DomainError):
    """An action that cannot be done here, now or by this person."""


_REFUSALS: Mapping[str, tuple[int, str, str]] = {
    "unknown-action": (404, "この操作はありません。", "There is no such action."),
    "not-permitted": (
        403,
        "この操作を行う権限がありません。",
        "You do not have the role for this action.",
    ),
    "not-available": (
        409,
        "いまの状態ではこの操作はできません。画面を読み込み直して、状態を確かめてください。",
        "This action is not possible in the present state. Reload to see the present state.",
    ),
    "second-person": (
        403,
        "起案した人とは別の人が決裁してください。",
        "Someone other than the person who proposed must decide.",
    ),
    "content-changed": (
        409,
        "起案のあとで内容が変わりました。差し戻して、起案し直してください。",
        "The content changed after it was proposed. Send it back and propose again.",
    ),
    "not-your-step": (409, "いまは{turn_ja}の番です。", "It is the turn of: {turn_en}."),
    "step-not-passed": (
        409,
        "まだ承認されていない段階には戻せません。",
        "A step that has not been passed cannot be returned to.",
    ),
    "not-the-proposer": (
        403,
        "引き戻せるのは起案した人だけです。",
        "Only the person who proposed may pull it back.",
    ),
    "route-begun": (
        409,
        "すでに承認が始まっています。差戻しを頼んでください。",
        "Approval has begun already. Ask to have it returned.",
    ),
    "nothing-to-review": (
        409,
        "後閲の必要な決裁はありません。",
        "There is nothing to review afterwards.",
    ),
}


def refusal(code: str, **params: object) -> WorkflowError:
    """The error of a code, ready to be raised."""
    status, ja, en = _REFUSALS[code]
    return WorkflowError(code, status, {"ja": ja, "en": en}, params)
