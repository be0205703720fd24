"""Devices (端末): browser and system of a request, coarse enough to outlive updates."""

# Order matters: every browser says that it is like those that came before it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """ "Chrome / Windows" of a User-Agent header; "" when neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " / ".join(part for part in (browser, system) if part)


def moved(begun_on: str, now_on: str) -> bool:
    """Whether a session has turned up in another browser: then its cookie was taken.

    Only browsers are compared: whoever asks for the desktop's page seems to change the system. A
    session begun in a browser that is not known tells nothing.
    """
    begun, now = begun_on.partition(" / ")[0], now_on.partition(" / ")[0]
    return begun in _NAMES and begun != now


_NAMES = frozenset(name for _, name in _BROWSERS)
