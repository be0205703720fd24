"""Joins the parts of the web edge around an application."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.kernel.language import Texts
from madoguchi.web.admission.admitting import Admission
from madoguchi.web.admission.arrival import ArrivalMiddleware
from madoguchi.web.gate import Gate
from madoguchi.web.language import LanguageMiddleware
from madoguchi.web.problems import install_handlers
from madoguchi.web.security_headers import SecurityHeadersMiddleware
from madoguchi.web.session import SessionMiddleware
from madoguchi.web.shell import Link
from madoguchi.web.showcase import showcase_router
from madoguchi.web.static import PREFIX, StaticFiles
from madoguchi.web.templates import Pages

HERE = Path(__file__).parent


def install(
    app: FastAPI,
    modules: Iterable[ModuleType] = (),
    navigation: Iterable[Link] = (),
    doors: Iterable[Middleware] = (),
) -> None:
    """Put the web edge around `app`: pages, texts, static files, errors and middleware.

    `app.state.settings` and `app.state.clock` must be set. Sets app.state.pages, .texts, .static
    and .navigation. `modules` are those with templates/ or texts.toml; `navigation` the header's
    links; `doors` serve requests that need neither session nor language, before those are made.
    Call it once, before the first request.
    """
    settings, clock = app.state.settings, app.state.clock
    static = _static()
    app.state.static = static
    app.state.navigation = tuple(navigation)
    app.state.pages = pages_of(modules, static)
    app.state.texts = app.state.pages.texts
    install_handlers(app)
    if settings.demo:
        app.include_router(showcase_router)
    public = urlsplit(settings.address)
    https = public.scheme == "https"
    # Added last runs first: arrival → headers → doors → static → language → admission → session
    # → gate → application.
    app.add_middleware(
        Gate,
        max_body=settings.max_body,
        max_upload=settings.max_upload,
        trusted_host=public.netloc,
    )
    app.add_middleware(SessionMiddleware, secret=settings.secret_key, https=https, clock=clock)
    app.add_middleware(
        Admission,
        secret=settings.secret_key,
        https=https,
        at_once=settings.at_once,
        grace=timedelta(minutes=settings.grace_minutes),
    )
    app.add_middleware(LanguageMiddleware, https=https)
    app.add_middleware(_StaticFirst, static=static)
    for door in doors:
        app.add_middleware(door.cls, *door.args, **door.kwargs)
    app.add_middleware(SecurityHeadersMiddleware, https=https)
    app.add_middleware(ArrivalMiddleware, clock=clock)


def pages_of(modules: Iterable[ModuleType], static: StaticFiles) -> Pages:
    """The templates and texts of these modules and the web's own, ready to render."""
    folders = [Path(module.__file__ or "").parent for module in modules]
    folders = [HERE, *(folder for folder in folders if folder != HERE)]
    texts = _texts(tuple(path for folder in folders if (path := folder / "texts.toml").is_file()))
    return Pages(
        [path for folder in folders if (path := folder / "templates").is_dir()], texts, static.url
    )


# What never changes while a process runs is read once, however many applications it makes.
_texts = cache(Texts.load)
_static = cache(StaticFiles)


class _StaticFirst:
    """Static files need neither session nor language."""

    def __init__(self, app: ASGIApp, *, static: StaticFiles) -> None:
        self.app = app
        self.static = static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_static = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.static if is_static else self.app)(scope, receive, send)
