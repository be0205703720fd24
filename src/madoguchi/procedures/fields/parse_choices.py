"""Chosen answers to values: yes and no, one of several, several of several, pledges."""

from madoguchi.procedures.fields.field import Field, InputFault

_YES = {"true", "yes", "1", "on", "はい"}
_NO = {"false", "no", "0", "off", "いいえ"}


def boolean(field: Field, raw: object) -> bool:
    """Yes or no."""
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower() if isinstance(raw, str | int) else ""
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputFault("not-boolean")


def pledge(field: Field, raw: object) -> bool | None:
    """A pledge is given or it is not; an unticked box is no answer."""
    return True if boolean(field, raw) else None


def choice(field: Field, raw: object) -> str:
    """The key of one option."""
    if not isinstance(raw, str) or raw not in (field.spec.options or {}):
        raise InputFault("not-option")
    return raw


def multichoice(field: Field, raw: object) -> list[str]:
    """The keys of several options, in the order the package lists them, each once."""
    chosen = [raw] if isinstance(raw, str) else raw
    options = field.spec.options or {}
    if not isinstance(chosen, list) or any(
        not isinstance(c, str) or c not in options for c in chosen
    ):
        raise InputFault("not-option")
    return [key for key in options if key in chosen]


def points(field: Field, raw: object) -> list[str]:
    """Places in a filing, as JSON Pointers (RFC 6901): what an official asks to be corrected."""
    chosen = [raw] if isinstance(raw, str) else raw
    if not isinstance(chosen, list) or any(
        not isinstance(c, str) or not c.startswith("/") or len(c) > 300 for c in chosen
    ):
        raise InputFault("wrong-type")
    return list(dict.fromkeys(str(c) for c in chosen))
