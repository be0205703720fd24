"""Jobs (非同期処理): work done after the request, in the database so that nothing is forgotten.

`enqueue` inside the transaction that causes the work; a `Worker` runs the handler whose effects
commit together with the job's completion: once, whatever dies in between. Retries with growing
pauses, then dead letters (`dead_letters`, `requeue`); `progress` tells people how far it is.
"""

from madoguchi.kernel.jobs.models import DEAD, DONE, RUNNING, SCHEDULED, WAITING, Job
from madoguchi.kernel.jobs.progress import Progress, progress
from madoguchi.kernel.jobs.queue import (
    FORGOTTEN_AT_ONCE,
    dead_letters,
    enqueue,
    forget_done,
    job_row,
    requeue,
)
from madoguchi.kernel.jobs.waking import rouse_after_commit
from madoguchi.kernel.jobs.worker import Batch, Handler, JobContext, Worker

__all__ = [
    "DEAD",
    "DONE",
    "FORGOTTEN_AT_ONCE",
    "RUNNING",
    "SCHEDULED",
    "WAITING",
    "Batch",
    "Handler",
    "Job",
    "JobContext",
    "Progress",
    "Worker",
    "dead_letters",
    "enqueue",
    "forget_done",
    "job_row",
    "progress",
    "requeue",
    "rouse_after_commit",
]
