"""A room without a network, without other processes, and with next to no files, where bubblewrap works.

Where it does not (no such program, or a system that forbids it), the child process is limited all the same.
"""

import shutil
import sys
from pathlib import Path

_SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
)


def command(scratch: Path) -> list[str] | None:
    """What to put in front of a command so that it sees only Python, its libraries and `scratch`; None: no program."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    words = [program, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    # No /proc: decoders need none, and a service whose own is partly hidden may not mount a new one.
    words += ["--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 -- inside the room
    for path in (*_SYSTEM, sys.base_prefix, sys.prefix, *filter(None, sys.path)):
        words += ["--ro-bind-try", path, path]
    return [*words, "--bind", str(scratch), str(scratch), "--chdir", str(scratch), "--"]
