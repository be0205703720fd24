"""The one kind of error a person may see: a code, an HTTP status and a text in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import DontWrapMixin


class DomainError(Exception, DontWrapMixin):
    """Something the caller can understand and act on (業務エラー).

    `message` holds {"ja", "en"}; `{name}` in it is filled from `params`, of which texts in
    several languages ({"ja", "en"}) give that of the message. `pointers` are JSON
    pointers (RFC 6901) to the parts of the input at fault. Each module derives its own:
    `class CaseError(DomainError)`. It passes through SQLAlchemy unwrapped (DontWrapMixin), so
    that a value refused while being bound is still explained to its sender.
    """

    headers: Mapping[str, str] = {}
    """What HTTP has to say beside the problem, where its status alone does not tell it."""
    onward: tuple[str, Mapping[str, str]] | None = None
    """Where a person can do something about it: a path, and the words of the link to it."""

    def __init__(
        self,
        code: str,
        status: int,
        message: Mapping[str, str],
        params: Mapping[str, Any] | None = None,
        pointers: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self.status = status
        self.params: dict[str, Any] = dict(params or {})
        self.message: dict[str, str] = {
            language: fill(text, _in(language, self.params)) for language, text in message.items()
        }
        self.pointers = pointers
        super().__init__(code, status, self.message)

    @property
    def parts(self) -> Sequence[Mapping[str, Any]]:
        """What is wrong where, for `errors` of RFC 9457: `detail` in every language, and what else
        names the place, mostly its `pointer`."""
        return [{"pointer": pointer, "detail": self.message} for pointer in self.pointers]

    def __str__(self) -> str:
        return f"{self.code}: {self.message.get('en') or self.message.get('ja', '')}"


def _in(language: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.get(language, next(iter(value.values()), ""))
        if isinstance(value, Mapping)
        else value
        for name, value in params.items()
    }


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def fill(template: str, params: Mapping[str, Any]) -> str:
    """Fill `{name}` from params; an unknown name or a stray brace stays as it is written.

    A faulty template must not hide the message it carries, so this never raises.
    """
    if not params or "{" not in template:
        return template
    try:
        return template.format_map(_Missing(params))
    except (ValueError, IndexError, AttributeError, KeyError, TypeError):
        return template
