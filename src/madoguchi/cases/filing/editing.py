"""Which answers of a draft may be changed (直せる項目). Pure.

A new filing is open everywhere. In a correction (補正) only what the office pointed at is open,
what the applicant opened as well, and whatever has become faulty or newly asked.
"""

from collections.abc import Callable, Collection

EVERYTHING = "/"


def editable(
    correction: bool, points: Collection[str], opened: Collection[str], faulty: Collection[str]
) -> Callable[[str], bool]:
    """The test whether the answer at a pointer may change.

    An open place opens all that lies below it. A correction without points is open everywhere.
    """
    places = {*points, *opened, *faulty}
    if not correction or not points or EVERYTHING in opened:
        return lambda pointer: True

    def may_edit(pointer: str) -> bool:
        steps = pointer.split("/")
        return any("/".join(steps[:length]) in places for length in range(2, len(steps) + 1))

    return may_edit
