"""Templates of letters (様式): written by officials, run without trusting them.

They can read what they are given and nothing else: no attributes with underscores, no methods that
change, no includes outside the package, no loops or strings that would exhaust the server.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from madoguchi.documents.refusals import DocumentError, document_error
from madoguchi.documents.xml_files import printable
from madoguchi.web.filters import FILTERS
from madoguchi.web.rendering import Rendering, rendering

_LAYOUTS = Path(__file__).parent / "layouts"
_MOST_CHARACTERS = 2_000_000
_MOST_STEPS = 100_000  # of all range() loops of one letter together
_LONGEST = 100_000  # what "*" may repeat to


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with the operators that multiply held to a size."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("powers are not available in letters")
        if operator == "%" and isinstance(left, str):
            raise SecurityError("string formatting is not available in letters")
        if operator == "*":
            for value, times in ((left, right), (right, left)):
                if isinstance(value, str | list | tuple) and not _bearable(len(value), times):
                    raise SecurityError("too long a repetition")
        return super().call_binop(context, operator, left, right)


def _bearable(length: int, times: object) -> bool:
    return isinstance(times, int) and length * times <= _LONGEST


def render_letter(
    template_source: str,
    context: Mapping[str, Any],
    *,
    templates: Mapping[str, str] | None = None,
    language: str = "ja",
) -> str:
    """The HTML of a letter.

    `template_source` may extend "letter.html", "receipt.html" or "filing.html" and include other
    `templates` of its package by path. Everything undefined, forbidden or without end raises
    DocumentError letter_failed (422), whose detail is for the author of the template.
    """
    return _rendered(
        _environment(templates or {}), template_source, {"language": language, **context}
    )


def render_xml(template_source: str, context: Mapping[str, Any]) -> str:
    """The XML a template writes, in the same sandbox: values are escaped, and what XML cannot hold
    is left out. DocumentError letter_failed (422)."""
    environment = _environment({})
    environment.finalize = printable
    return _rendered(environment, template_source, {"language": "ja", **context})


def _rendered(environment: Environment, template_source: str, context: Mapping[str, Any]) -> str:
    token = rendering.set(Rendering(None, str(context["language"])))
    try:
        return _joined(environment.from_string(template_source).generate(context))
    except TemplateError as fault:
        raise _failed(str(fault.message or type(fault).__name__)) from fault
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as fault:
        raise _failed(f"{type(fault).__name__}: {fault}") from fault
    except (RecursionError, MemoryError, AssertionError, NotImplementedError) as fault:
        raise _failed(type(fault).__name__) from fault
    finally:
        rendering.reset(token)


def layout(name: str) -> str:
    """The source of one of the layouts shipped here ("receipt.html")."""
    return (_LAYOUTS / name).read_text(encoding="utf-8")


def _environment(templates: Mapping[str, str]) -> Environment:
    own = {path.name: path.read_text(encoding="utf-8") for path in _LAYOUTS.iterdir()}
    environment = _Sandbox(
        loader=DictLoader({**templates, **own}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    for name in ("lipsum", "cycler", "joiner", "namespace"):
        environment.globals.pop(name, None)
    environment.globals["range"] = _counted_range()
    environment.filters.pop("format", None)
    environment.filters.pop("pprint", None)
    environment.filters.pop("indent", None)
    environment.filters["center"] = lambda text, width=80: str(text).center(min(width, 200))
    return environment


def _counted_range() -> Any:
    left = _MOST_STEPS

    def counted(*bounds: int) -> Iterator[int]:
        nonlocal left
        steps = range(*bounds)
        left -= len(steps)
        if left < 0:
            raise SecurityError("too many repetitions")
        return iter(list(islice(steps, _MOST_STEPS)))

    return counted


def _joined(parts: Iterator[str]) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        length += len(part)
        if length > _MOST_CHARACTERS:
            raise _failed("longer than 2,000,000 characters")
        kept.append(part)
    return "".join(kept)


def _failed(detail: str) -> DocumentError:
    return document_error("letter_failed", 422, detail=detail[:200])
