"""Custody of files: storage, assembly and verification, sniffing, cleaning, renditions.

Pure of web framework and database. `store` is the port, `disk` its local implementation; `workshop` makes
renditions in a limited child process.
"""
