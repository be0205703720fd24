"""What somebody showed when they asked (提示): factors, a provider's word, a key.

Kept with work that is done later, so that a job can do no more than whoever asked for it could.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Shown:
    """All that an actor depends on beside who they are at the moment.

    `acting_for`: for whom they act; None: for themselves, or as pages begin. `through`: the own
    organisation they act through where more than one holds a mandate; of a key the organisation it
    was made for. `token`: the id of the key (アクセストークン), which opens nothing else. `alone`:
    they showed one factor: nothing of organisations. `agency`: it was a provider that spoke for
    them: their roles at its agency, nothing of other agencies nor of organisations.
    """

    acting_for: str | None = None
    through: str | None = None
    token: str | None = None
    alone: bool = False
    agency: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As work for later keeps it; `shown_of` reads it."""
        return asdict(self)


NOTHING = Shown()


def shown_of(kept: Mapping[str, Any]) -> Shown:
    """What was kept with work. KeyError for what was not: nothing shown must not open anything."""
    return Shown(
        kept["acting_for"], kept["through"], kept["token"], bool(kept["alone"]), kept["agency"]
    )
