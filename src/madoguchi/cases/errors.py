"""What can go wrong with drafts and cases, said so that the reader knows what to do."""

from collections.abc import Mapping
from typing import Any

from madoguchi.kernel.errors import DomainError


class CaseError(DomainError):
    """Something about a draft or a case that cannot be done (案件のエラー)."""


def case_error(
    code: str, status: int, ja: str, en: str, params: Mapping[str, Any] | None = None
) -> CaseError:
    """The error of that code in both languages; `{name}` is filled from params."""
    return CaseError(code, status, {"ja": ja, "en": en}, params)


def not_found() -> CaseError:
    """No such draft or case, or not one this person may see: the two look the same."""
    return case_error(
        "not_found",
        404,
        "お探しのものが見つかりません。番号を確かめるか、一覧から選び直してください。",
        "This was not found. Check the number, or choose it from your list again.",
    )
