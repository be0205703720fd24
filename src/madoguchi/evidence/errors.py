"""What evidence refuses."""

from madoguchi.kernel.errors import DomainError


class EvidenceError(DomainError):
    """A proof that cannot be given (証明できません)."""


def not_in_log() -> EvidenceError:
    """404: the log does not hold it."""
    return EvidenceError(
        "not_in_log",
        404,
        {
            "ja": "ログにはまだありません。記録してから数秒お待ちください。",
            "en": "The log does not hold this yet. Wait a few seconds after it was recorded.",
        },
    )
