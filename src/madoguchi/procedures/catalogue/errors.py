"""What can go wrong in the catalogue, in words people understand."""

from madoguchi.kernel.errors import DomainError


class CatalogueError(DomainError):
    """A fault of the catalogue (手続の目録のエラー)."""


def not_found(entry_id: str) -> CatalogueError:
    """No procedure has this id."""
    return CatalogueError(
        "procedure_not_found",
        404,
        {
            "ja": "手続ID「{id}」の手続は目録にありません。手続の名前で探してみてください。",
            "en": "The catalogue has no procedure with the ID “{id}”. Try searching by name.",
        },
        {"id": entry_id[:40]},
    )


def not_a_survey(reason: dict[str, str]) -> CatalogueError:
    """The file is not a survey that can be imported; nothing was changed."""
    return CatalogueError(
        "survey_unreadable",
        422,
        {
            "ja": f"調査結果のファイルを取り込めません（目録は変わっていません）。{reason['ja']}",
            "en": f"The survey was not imported (the catalogue is unchanged). {reason['en']}",
        },
    )
