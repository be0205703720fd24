"""Reading what a form or a program sent (入力の読取り): values, or a fault for each field.

Pages send texts, programs JSON: both are read here, so that they get one verdict.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from madoguchi.cases.errors import CaseError
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Text

LONGEST = 4000
_MISSING: Text = {"ja": "入力してください。", "en": "Please fill this in."}
_CHOOSE: Text = {"ja": "選んでください。", "en": "Please choose one."}


class Refused(CaseError):
    """The form has faults (入力の誤り), one text for each field."""

    def __init__(self, faults: Mapping[str, Text]) -> None:
        super().__init__(
            "invalid_form",
            422,
            {
                "ja": "入力に直すところがあります。項目ごとの説明をご覧ください。",
                "en": "Something in the form needs correcting. See the note at each answer.",
            },
            pointers=tuple(f"/{name}" for name in faults),
        )
        self.faults = dict(faults)

    @property
    def parts(self) -> list[Mapping[str, Any]]:
        """One part for each field with a fault."""
        return [{"pointer": f"#/form/{name}", "detail": text} for name, text in self.faults.items()]


class Entered:
    """The fields of one form; faults gather until `done`."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = form
        self.faults: dict[str, Text] = {}

    def text(self, name: str, *, required: bool = True, longest: int = LONGEST) -> str:
        """A text without blanks around it."""
        value = self.form.get(name)
        text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
        if value is not None and not isinstance(value, str):
            self.faults[name] = {"ja": "文字で入力してください。", "en": "This must be a text."}
        elif required and not text:
            self.faults[name] = _MISSING
        elif len(text) > longest:
            self.faults[name] = {
                "ja": f"{longest}文字までで入力してください。",
                "en": f"Write at most {longest} characters.",
            }
        return text

    def day(self, name: str, *, required: bool = True, first: date | None = None) -> date | None:
        """A day, Western or Japanese; not before `first`."""
        text = self.text(name, required=required, longest=40)
        if not text or name in self.faults:
            return None
        try:
            day = parse_date(text)
        except JapaneseInputError as fault:
            self.faults[name] = dict(fault.message)
            return None
        if first is not None and day < first:
            self.faults[name] = {
                "ja": f"{first.isoformat()} 以後の日にしてください。",
                "en": f"Give {first.isoformat()} or a later day.",
            }
        return day

    def choice(self, name: str, options: Collection[str], *, required: bool = True) -> str:
        """One of the options."""
        text = self.text(name, required=False, longest=200)
        if (text or required) and name not in self.faults and text not in options:
            self.faults[name] = _CHOOSE
        return text

    def choices(self, name: str, options: Collection[str], *, most: int = 20) -> list[str]:
        """At least one of the options, each once."""
        value = self.form.get(name)
        given = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        chosen = [item for item in dict.fromkeys(map(str, given)) if item]
        if not chosen or len(chosen) > most or any(item not in options for item in chosen):
            self.faults[name] = _CHOOSE
        return chosen

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within limits."""
        value = self.form.get(name)
        text = str(value).strip() if isinstance(value, int | str) else ""
        good = text.isascii() and text.isdigit() and len(text) < 10
        if isinstance(value, bool) or not good or not least <= int(text) <= most:
            self.faults[name] = {
                "ja": f"{least}から{most}までの整数を入力してください。",
                "en": f"Enter a whole number from {least} to {most}.",
            }
            return least
        return int(text)

    def fault(self, name: str, ja: str, en: str) -> None:
        """One more fault."""
        self.faults.setdefault(name, {"ja": ja, "en": en})

    def done(self) -> None:
        """Refused when anything is wrong."""
        if self.faults:
            raise Refused(self.faults)


def one_text(form: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    """The one text of a form: a reason, a comment. Refused 422."""
    entered = Entered(form)
    text = entered.text(name, required=required, longest=1000)
    entered.done()
    return text
