"""Acts that bind an organisation (法人を拘束する行為): filing, giving mandates, inviting, keys of programs."""

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.rules import Actor

PROOF_NEEDED, PAGE = "proof_needed", "/representative"


def binding(actor: Actor, organisation_id: str | None) -> None:
    """Nobody binds an organisation while the proof of who represents it is too old (再確認): its
    representative once it is due, everybody once it has lapsed. IdentityError 403.
    """
    if organisation_id is not None and organisation_id in actor.resting:
        raise proof_needed()


def proof_needed() -> IdentityError:
    """403: the representative has to be proved again before."""
    fault = IdentityError(
        PROOF_NEEDED,
        403,
        {
            "ja": "代表者の再確認が終わるまで、この法人としての提出・委任・招待などはできません。"
            "代表者は「代表者の確認」の画面から再確認できます。",
            "en": "Before its representative is proved again, nothing can be filed, delegated or offered for "
            "this organisation. Its representative proves it at /representative.",
        },
    )
    fault.onward = PAGE, {"ja": "代表者の確認へ", "en": "To the proof of the representative"}
    return fault
