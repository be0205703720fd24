"""Errors of the registry, with texts a person can act on."""

from madoguchi.kernel.errors import DomainError


class RegistryError(DomainError):
    """Something the registry does not know or will not answer (法人情報のエラー)."""


def unknown_corporation() -> RegistryError:
    """404: no corporation has, or had, this number."""
    return RegistryError(
        "corporation_unknown",
        404,
        {
            "ja": "この法人番号の法人は登録されていません。",
            "en": "No corporation with this corporate number is known.",
        },
    )


def invalid_parameter(name: str, ja: str, en: str) -> RegistryError:
    """422: a parameter of the query cannot be used as it is."""
    return RegistryError(
        "invalid_parameter", 422, {"ja": ja, "en": en}, {"parameter": name}, (f"?{name}",)
    )
