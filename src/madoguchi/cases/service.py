"""The public face of cases: the use cases others may start, one file each behind this list."""

from madoguchi.cases.desk.act import Seen, act
from madoguchi.cases.filing.correct import resubmit, start_correction
from madoguchi.cases.filing.drafts import Content, start_draft, write
from madoguchi.cases.filing.evaluating import judge
from madoguchi.cases.filing.submit import NotReady, file_draft
from madoguchi.cases.models import Case, Draft

__all__ = [
    "Case",
    "Content",
    "Draft",
    "NotReady",
    "Seen",
    "act",
    "file_draft",
    "judge",
    "resubmit",
    "start_correction",
    "start_draft",
    "write",
]
