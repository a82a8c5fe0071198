"""The words of the command line, one module each; `command` is what click runs."""
