"""A whole school at once: many devices before a real server, which is measured from outside."""
