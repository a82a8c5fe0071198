"""Spaces, push, pull: how changes meet on the server and reach every device (docs/protocol.md)."""
