"""The request and language of the page being rendered.

Jinja macros imported from a component file do not see the variables of the page that imports
them. Keeping both in a context variable lets every macro call `t` or `current_url` without each
template having to write `with context`.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import Request

from madoguchi.kernel.language import LANGUAGES


@dataclass(frozen=True)
class Rendering:
    """What a template is being rendered for.

    `content`: the language wanted of texts that have it, besides those of the site itself.
    """

    request: Request | None
    language: str
    content: str = ""


_NOTHING = Rendering(None, LANGUAGES[0])
rendering: ContextVar[Rendering] = ContextVar("rendering", default=_NOTHING)


def page_language() -> str:
    """The language of the page being rendered, "ja" outside of any."""
    return rendering.get().language
