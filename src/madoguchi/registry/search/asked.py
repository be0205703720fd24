"""What may be asked of the search, and what it answers: plain data, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Match = Literal["exact", "core", "former", "kana", "english", "part", "address", "number", "all"]
"""Why a corporation was found: its name as typed, without its legal form, a former name, …"""


@dataclass(frozen=True)
class Asked:
    """One search. Empty fields ask nothing; several fields must all hold.

    `text` is what somebody typed: a name or a part of it, a number, an address, or name and address
    with a space between; `name` asks names only, `address` addresses only. `prefecture` has two
    digits (JIS X 0401), each of `cities` five (JIS X 0402). `status`: "open", "closed" or "" for
    both. `activities` are kinds of `activities.kinds`. `after` is the cursor of the answer before.
    """

    text: str = ""
    name: str = ""
    address: str = ""
    kinds: tuple[str, ...] = ()
    prefecture: str = ""
    cities: tuple[str, ...] = ()
    status: Literal["", "open", "closed"] = ""
    activities: tuple[str, ...] = ()
    limit: int = 20
    after: str = ""
    facets: bool = False


@dataclass(frozen=True)
class Hit:
    """A corporation that was found: its number, how well it fits (more is better), and why."""

    number: str
    score: float
    match: Match


@dataclass(frozen=True)
class Found:
    """An answer. `total` is exact; `after` is "" on the last page.

    `facets`: how many of all that fit, by name (kind, prefecture, city, status, activity), then code;
    a city's first two digits are its prefecture. `limited`: the index cannot be read now, only
    numbers and whole names, as registered, were looked for.
    """

    hits: tuple[Hit, ...]
    total: int
    after: str = ""
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    limited: bool = False
