"""Pokes: "space X moved", told at once and without any data to devices that listen (docs/protocol.md, "Pokes").

Processes that write tell a small asyncio side process after their commit (`sending`, `notices`); it asks the database
who may hear of it today (`standing`) and tells their open streams (`side`, `streams`). Nothing is promised: a poke that
is lost is made good by the next pull. The side process imports neither the web framework nor the ORM: its memory is
what 5,000 open connections cost.
"""
