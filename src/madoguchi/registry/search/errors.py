"""Errors of the search: what cannot be asked, and why."""

from madoguchi.registry.errors import RegistryError

LONGEST = 200
MOST = 50_000


def too_long(field: str) -> RegistryError:
    """422: nothing has so long a name."""
    return RegistryError(
        "search_too_long",
        422,
        {
            "ja": f"検索の言葉は{LONGEST}文字までです。短くして、もう一度お試しください。",
            "en": f"Search for {LONGEST} characters at most. Please shorten it and try again.",
        },
        {"parameter": field},
        (f"?{field}",),
    )


def unknown_cursor() -> RegistryError:
    """422: the cursor is none of ours, or of another question."""
    return RegistryError(
        "search_cursor_unknown",
        422,
        {
            "ja": "続きの位置が正しくありません。この検索の前の結果にあるものをそのまま使ってください。",
            "en": "This is no place to go on from. Use the one given with the results before, "
            "with the same question.",
        },
    )


def unfit_limit() -> RegistryError:
    """422: so many answers cannot be given at once."""
    return RegistryError(
        "search_limit",
        422,
        {
            "ja": f"一度に取り出せるのは1件から{MOST}件までです。",
            "en": f"From 1 to {MOST} answers can be had at once.",
        },
    )
