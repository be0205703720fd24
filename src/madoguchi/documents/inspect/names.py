"""File names (ファイル名): what a person called a file, made safe for every system it may reach."""

import unicodedata

from madoguchi.documents.inspect.kinds import Kind

MOST_BYTES = 200
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_LONGEST_ENDING = 10


def clean_name(name: str) -> str:
    """A name without path, control, bidirectional and zero-width characters, of ≤ 200 bytes.

    Never empty: without anything left it is "file". Applying it twice changes nothing more.
    """
    base = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    kept = "".join(character for character in base if _printable(character))
    spaced = " ".join(_compose(kept).translate(_FORBIDDEN).split())
    shown = spaced.strip(" .") or "file"
    if shown.split(".", 1)[0].strip().lower() in _RESERVED:
        shown = f"_{shown}"
    return _shorten(shown)


def ending_of(name: str) -> str:
    """The ending in lower case without its dot; "" when there is none."""
    stem, dot, ending = name.rpartition(".")
    return unicodedata.normalize("NFKC", ending).lower() if dot and stem else ""


def with_ending(name: str, kind: Kind) -> str:
    """The name, given the ending of its kind when it has none."""
    return name if ending_of(name) in kind.endings else _shorten(f"{name}.{kind.endings[0]}")


def _printable(character: str) -> bool:
    # Cc control, Cf format (bidirectional, zero-width), Cs half surrogates, Zl/Zp line breaks.
    # Co stays: local characters (外字) live there.
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}


def _compose(text: str) -> str:
    """Join what macOS splits (か + ゛), without rewriting compatibility ideographs as NFC does."""
    composed: list[str] = []
    run: list[str] = []
    for character in text:
        if "\uf900" <= character <= "\ufaff" or "\U0002f800" <= character <= "\U0002fa1f":
            composed += [unicodedata.normalize("NFC", "".join(run)), character]
            run = []
        else:
            run.append(character)
    return "".join([*composed, unicodedata.normalize("NFC", "".join(run))])


def _shorten(name: str) -> str:
    if len(name.encode()) <= MOST_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    room = MOST_BYTES - len((dot + ending).encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .")
    return (cut or "file") + dot + ending
