"""Bugs planted on purpose: a simulator that does not catch them proves nothing.

Each is an exact replacement in the source of the server or in the bundle of the engine, kept in the tables beside this
file. One that does not fit any more fails loudly.
"""
