"""Puts the walls of a systemd unit around itself, as far as a process can, and then runs a command.

`python walled.py UNIT COMMAND...`: the unit's system calls, address families and namespaces by seccomp, no privileges,
nobody's user where we are root, and /proc as ProtectKernelTunables= leaves it. Needs libseccomp and systemd-analyze.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM, EAFNOSUPPORT = 1, 97
NEW_MOUNTS, PRIVATE, BIND, REMOUNT, READ_ONLY = 0x20000, 0x44000, 0x1000, 0x20, 0x1
NO_NEW_PRIVILEGES, DROP_CAPABILITY = 38, 24
LAST_CAPABILITY, NOBODY = 40, 65534
EQUAL = 4


class Compare(ctypes.Structure):
    """`struct scmp_arg_cmp`."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def values(unit: str, key: str) -> list[str]:
    return [line.strip() for line in re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)]


def members(name: str) -> set[str]:
    """The system calls of a set of systemd's such as @mount."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True
    ).stdout
    found: set[str] = set()
    for line in told.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            found |= members(word)
    return found


def allowed(unit: str) -> set[str]:
    """What the unit's lines leave, in their order, as systemd reads them."""
    found: set[str] = set()
    for line in values(unit, "SystemCallFilter"):
        takes = line.startswith("~")
        for word in line.removeprefix("~").split():
            found = found - members(word) if takes else found | members(word)
    return found | members("@default")


def check(answer: int, what: str) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), what)


def hide_kernel() -> None:
    """What ProtectKernelTunables= does to /proc; only root can."""
    check(LIBC.unshare(NEW_MOUNTS), "unshare")
    check(LIBC.mount(None, b"/", None, PRIVATE, None), "private")
    check(LIBC.mount(b"/proc/sys", b"/proc/sys", None, BIND, None), "bind")
    check(LIBC.mount(None, b"/proc/sys", None, BIND | REMOUNT | READ_ONLY, None), "remount")


def drop_rights() -> None:
    if os.geteuid() == 0:
        for number in range(LAST_CAPABILITY + 1):
            LIBC.prctl(DROP_CAPABILITY, number, 0, 0, 0)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    check(LIBC.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")


def filter_calls(unit: str, calls: set[str]) -> None:
    library = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    number = library.seccomp_syscall_resolve_name
    if "yes" in values(unit, "RestrictNamespaces"):
        calls = calls - {"unshare", "setns"}
    calls_only = ctypes.c_void_p(library.seccomp_init(ERRNO | EPERM))
    for name in sorted(calls):
        found = number(name.encode())
        if found >= 0:
            check(library.seccomp_rule_add(calls_only, ALLOW, found, 0), name)
    families = {
        int(getattr(socket, word))
        for line in values(unit, "RestrictAddressFamilies")
        for word in line.split()
    }
    no_others = ctypes.c_void_p(library.seccomp_init(ALLOW))
    for family in set(range(45)) - families:
        rule = Compare(0, EQUAL, family, 0)
        added = library.seccomp_rule_add_array(
            no_others, ERRNO | EAFNOSUPPORT, number(b"socket"), 1, ctypes.byref(rule)
        )
        check(added, "socket")
    check(library.seccomp_load(no_others), "families")
    check(library.seccomp_load(calls_only), "calls")


def main(path: str, *command: str) -> None:
    unit = Path(path).read_text()
    calls = allowed(unit)
    if os.geteuid() == 0 and "yes" in values(unit, "ProtectKernelTunables"):
        hide_kernel()
    drop_rights()
    filter_calls(unit, calls)
    os.execv(command[0], command)  # noqa: S606 - the test's own words


if __name__ == "__main__":
    main(*sys.argv[1:])
