"""Hypothesis as the sync tests want it: no deadline on a busy machine, and how to see a failure again."""

from hypothesis import Phase, settings

settings.register_profile("sync", deadline=None, print_blob=True)
# For `make mutants`: thousands of mutants, each caught by any failure, however large; a survivor survives again.
settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=16,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("sync")
