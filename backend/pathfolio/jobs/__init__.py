"""Background work that survives any crash: a lease table, claimed one job at a time.

A job is enqueued in the transaction that causes it, and what it changes is written in the transaction that ends it:
so it is applied once, or will be tried again. `handlers` says what each kind of job does, `worker` runs them.
"""

from pathfolio.jobs.handlers import Apply, Job, handler
from pathfolio.jobs.queue import enqueue

__all__ = ["Apply", "Job", "enqueue", "handler"]
