"""What could not be carried over (取り込めなかったもの): where, what, why. Nothing is dropped unsaid."""

from dataclasses import dataclass, field

LOST, CHANGED = "lost", "changed"
LONGEST = 2000


@dataclass(frozen=True)
class Loss:
    """One thing of the source. `grade`: lost (it is not in the package) or changed (it is there in
    another shape, and somebody should look). `original` is its text."""

    grade: str
    where: str
    what: str
    why: str
    original: str = ""


@dataclass
class Losses:
    """The things told about one form, in the order they were met, each once."""

    items: list[Loss] = field(default_factory=list)

    def lost(self, where: str, what: str, why: str, original: object = "") -> None:
        """Something that is not in the package."""
        self._add(LOST, where, what, why, original)

    def changed(self, where: str, what: str, why: str, original: object = "") -> None:
        """Something that is in the package in another shape."""
        self._add(CHANGED, where, what, why, original)

    def no_rule(
        self, where: str, fault: Exception, original: object, what: str = "condition"
    ) -> None:
        """Something with no counterpart in rules; the fault says why, or is a RecursionError."""
        why = f"cannot be a rule: {str(fault) or 'nested too deeply'}"
        self._add(LOST, where, what, why, original)

    def _add(self, grade: str, where: str, what: str, why: str, original: object) -> None:
        text = original if isinstance(original, str) else repr(original)
        shown = text if len(text) <= LONGEST else text[:LONGEST] + "…"
        loss = Loss(grade, where, what, why, shown)
        if loss not in self.items:
            self.items.append(loss)
