"""Pages: Jinja templates of all modules, the texts in both languages and what macros may call.

(The folder templates/ beside this file holds the templates themselves.)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from madoguchi.kernel.language import LANGUAGES, Texts
from madoguchi.web import charts
from madoguchi.web.compiled_templates import CompiledTemplates
from madoguchi.web.filters import FILTERS, text_filter
from madoguchi.web.refilling import refilled
from madoguchi.web.rendering import Rendering, page_language, rendering
from madoguchi.web.shell import shell_context

OWN_TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Renders templates: web's own by bare name, a module's as "<module>/<file>"."""

    def __init__(
        self, folders: Iterable[Path], texts: Texts, static: Callable[[str], str] | None = None
    ) -> None:
        self.texts = texts
        modules = {
            folder.parent.name: FileSystemLoader(folder)
            for folder in folders
            if folder.resolve() != OWN_TEMPLATES.resolve()
        }
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(OWN_TEMPLATES), PrefixLoader(modules)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
            bytecode_cache=CompiledTemplates(),
        )
        self.environment.filters.update(FILTERS)
        self.environment.globals.update(
            t=self._t,
            current_url=current_url,
            field_id=field_id,
            choices=choices,
            attributes=attributes,
            page_language=page_language,
            charts=charts,
            static=static or (lambda path: f"/static/{path}"),
        )

    def _t(self, key: str, **params: Any) -> str:
        return self.texts.t(key, page_language(), **params)

    def source(
        self, name: str, language: str, context: Mapping[str, Any], request: Request | None = None
    ) -> str:
        """The rendered text of a template in a language."""
        content = getattr(request.state, "content_language", "") if request else ""
        token = rendering.set(Rendering(request, language, content))
        try:
            return self.environment.get_template(name).render(context)
        finally:
            rendering.reset(token)

    def render(
        self, request: Request, name: str, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """The page as a response in the request's language."""
        language = getattr(request.state, "language", LANGUAGES[0])
        html = self.source(name, language, {**shell_context(request), **context}, request)
        typed = getattr(request.state, "typed", None)  # in a form that was interrupted
        if typed is not None and request.method == "GET":
            html = refilled(html, typed)
        return HTMLResponse(html, status, headers={"Content-Language": language})


def current_url(**params: Any) -> str:
    """Path and query of the page being rendered with params set; None removes a parameter."""
    request = rendering.get().request
    if request is None:
        return "?" + urlencode({name: value for name, value in params.items() if value is not None})
    query = request.scope["query_string"].decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    kept = [(name, value) for name, value in pairs if name not in params]
    kept += [(name, str(value)) for name, value in params.items() if value is not None]
    path = quote(request.scope["path"], safe="/%:@!$&'()*+,;=~-._")
    # "//host" at the start would be read as another site by a browser.
    path = "/" + path.lstrip("/")
    return f"{path}?{urlencode(kept)}" if kept else path


def field_id(name: str) -> str:
    """The id of the control called name: "/site/address" → "f-site-address"."""
    return "f-" + "".join(
        character if character.isalnum() or character in "_-" else "-"
        for character in str(name).strip("/")
    )


def choices(options: Any) -> list[dict[str, Any]]:
    """Options in one shape: [{"value", "label", "help"}].

    Accepts {key: label}, {key: {"label", "help"}}, [(value, label)], [{"value", "label"}], [value].
    """
    pairs = options.items() if isinstance(options, Mapping) else options or ()
    return [_choice(option) for option in pairs]


def _choice(option: Any) -> dict[str, Any]:
    if isinstance(option, Mapping):
        return {"help": None, **option}
    if isinstance(option, str) or not isinstance(option, Sequence):
        return {"value": option, "label": option, "help": None}
    value, label = option
    if isinstance(label, Mapping) and "label" in label:
        return {"value": value, "label": label["label"], "help": label.get("help")}
    return {"value": value, "label": label, "help": None}


def attributes(*sources: Mapping[str, Any] | None) -> Markup:
    """HTML attributes, each after a space; later sources win; None and False are left out."""
    merged: dict[str, Any] = {}
    for source in sources:
        merged.update(source or {})
    return Markup("").join(
        Markup(" {}").format(name)
        if value is True
        else Markup(' {}="{}"').format(name, escape(text_filter(value)))
        for name, value in merged.items()
        if value is not None
        and value is not False
        and not (value == "" and name.startswith("aria-"))
    )
