"""Hypothesis as the sync tests want it: no deadline on a busy machine, and how to see a failure again."""

from hypothesis import settings

settings.register_profile("sync", deadline=None, print_blob=True)
settings.load_profile("sync")
