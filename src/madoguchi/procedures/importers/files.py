"""Which files a foreign upload takes (ファイルの種類): media types and endings to our kinds."""

import re
from decimal import Decimal
from math import ceil

from madoguchi.documents.service import KIND_NAMES
from madoguchi.procedures.importers.part import Part

_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/png": "png",
    "text/csv": "csv",
    "application/zip": "zip",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    "jpg": "jpeg",
}
LARGEST = 200


def accepted(kinds: str, megabytes: Decimal | None, part: Part) -> dict[str, object]:
    """The keys `accept` and `max_mb` of a file field."""
    split = (kind.strip().lower().lstrip("*.") for kind in re.split("[,; ]+", kinds))
    wanted = [kind for kind in split if kind]
    if "image/" in wanted or "image/*" in wanted:
        wanted += ["jpeg", "png"]
    found = list(dict.fromkeys(_KINDS.get(kind, kind) for kind in wanted))
    known = [kind for kind in found if kind in KIND_NAMES]
    unknown = [kind for kind in found if kind not in KIND_NAMES and not kind.startswith("image/*")]
    if unknown:
        instead = (
            "of these kinds are not taken"
            if known
            else "the usual kinds are taken instead of these"
        )
        part.changed("files", instead, ", ".join(unknown))
    keys: dict[str, object] = {"accept": known} if known else {}
    if megabytes is not None and megabytes > 0:
        keys["max_mb"] = min(LARGEST, max(1, ceil(megabytes)))
        if megabytes > LARGEST:
            part.changed("files", f"may have {LARGEST} MB at most", megabytes)
    return keys
