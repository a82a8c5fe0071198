"""Frameworks of standards and lists of interests: immutable files, fetched by hash."""
