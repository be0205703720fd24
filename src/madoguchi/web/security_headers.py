"""Security headers of every response (ASVS 5.0 V3.4): no inline script or style, no framing.

A response may set its own value of any of them (a preview in an iframe sets frame-ancestors).
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


# As ASGI has names of headers: bytes in lower case.
_POLICY, _FRAMING, _FRAMED = (
    b"content-security-policy",
    b"x-frame-options",
    b"frame-ancestors 'self'",
)


class SecurityHeadersMiddleware:
    """Adds HEADERS, and Strict-Transport-Security when the service is reached by https."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        every = {**HEADERS, **({"Strict-Transport-Security": STRICT_TRANSPORT} if https else {})}
        self.headers = [(name.lower().encode(), value.encode()) for name, value in every.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message.get("headers", ())]
                named = {name.lower() for name, _ in given}
                given += [pair for pair in self.headers if pair[0] not in named]
                if _POLICY in named and any(_FRAMED in v for n, v in given if n == _POLICY):
                    given = [pair for pair in given if pair[0] != _FRAMING]
                    given.append((_FRAMING, b"SAMEORIGIN"))
                message["headers"] = given
            await send(message)

        await self.app(scope, receive, send_with_headers)
