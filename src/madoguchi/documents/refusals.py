"""Why a file is refused (受領できない理由), in words that say what to do next."""

from pathlib import Path
from typing import Any

from madoguchi.kernel.errors import DomainError, fill
from madoguchi.kernel.language import Texts, pick


class DocumentError(DomainError):
    """A file or document cannot be taken, made or shown (文書のエラー)."""


class Refusal(Exception):
    """Inspection refuses a file: a key of refusals.toml, and what fills that text."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


MESSAGES = Texts.load([Path(__file__).with_name("refusals.toml")])


def document_error(code: str, status: int, **params: Any) -> DocumentError:
    """The error of that code, its text taken from refusals.toml.

    A param may be {"ja", "en"}. Texts are filled here, once: a file may well be called "{limit}".
    """
    filled = {
        language: fill(
            text,
            {
                name: pick(value, language) if isinstance(value, dict) else value
                for name, value in params.items()
            },
        )
        for language, text in MESSAGES.text(code).items()
    }
    return DocumentError(code, status, filled)


def refused(refusal: Refusal, name: str) -> DocumentError:
    """The error shown to the sender of file `name`."""
    status = 413 if refusal.code == "file_too_large" else 422
    return document_error(refusal.code, status, **{"name": name, **refusal.params})
