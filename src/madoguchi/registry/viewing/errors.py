"""Errors of these pages; the number stands in the text, so that a wrong digit is seen."""

from madoguchi.registry.errors import RegistryError


def unknown_kind() -> RegistryError:
    """404: there are no activities of such a kind."""
    return RegistryError(
        "activity_kind_unknown",
        404,
        {
            "ja": "この種類の法人活動情報はありません。",
            "en": "There is no such kind of activity.",
        },
    )
