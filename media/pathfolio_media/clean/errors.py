class UnwalkableError(Exception):
    """The file does not keep to the rules of its format."""
