"""The shape of `register.acts:` (docs/reference/package-format.md)."""

from typing import Literal

from madoguchi.procedures.package.shapes import Name, Rule, Spec, Text, Words
from madoguchi.procedures.package.spec import FieldSpec, MessageSpec


class ActSpec(Spec):
    """An official act on an entry (職権による処分・記録).

    `approve`: the roles of the second person who must approve; none: done at once. `heard`: how the
    holder must have been heard before (行政手続法第13条). `sets`: columns it changes, by FEEL over
    `entry` and `form`. `letter`: a key of `letters:`, `standard` or `none`; `appeal_to`: the agency
    to appeal to, named by the standard letter.
    """

    kind: Literal["change", "suspend", "resume", "cancel", "lapse"]
    label: Text
    help: Text | None = None
    law: str = ""
    by: Words
    approve: Words = []
    heard: Literal["hearing", "explanation", "none"] = "none"
    guard: Rule | None = None
    guard_message: Text | None = None
    form: dict[Name, FieldSpec] = {}
    sets: dict[Name, Rule] = {}
    letter: str = "none"
    appeal_to: str = ""
    message: MessageSpec | None = None
    style: Literal["secondary", "danger"] = "secondary"
