"""Long hunts for broken promises, whose figures are kept in docs/evidence: `python -m tests.campaigns`."""
