"""Pathfolio beside two well-known sync servers: the same writers, the same reader, the same machine.

Kinto runs on PostgreSQL and pouchdb-server on LevelDB, each set up and used as its own documentation says. Both are
installed from locked lists into `.cache/peers`; nothing else of Pathfolio needs them.
"""
