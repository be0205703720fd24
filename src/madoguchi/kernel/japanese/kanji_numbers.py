"""Kanji numerals (漢数字) of dates: 元, 八, 十二, 二〇二六, 千九百八十九."""

_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "元": 1}
_PLACES = {"十": 10, "百": 100, "千": 1000}
KANJI = "".join((*_DIGITS, *_PLACES))


def read_number(text: str) -> int | None:
    """A number in ASCII digits or kanji (positional or with 十百千); None when it is neither."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if text == "元" or all(character in _DIGITS and character != "元" for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    return _read_places(text)


def _read_places(text: str) -> int | None:
    total, digit, last_place = 0, None, 10_000
    for character in text:
        if character in _PLACES:
            place = _PLACES[character]
            if place >= last_place or digit == 0:
                return None
            total, digit, last_place = total + (digit or 1) * place, None, place
        elif character in _DIGITS and character != "元" and digit is None:
            digit = _DIGITS[character]
        else:
            return None
    return total + (digit or 0)
