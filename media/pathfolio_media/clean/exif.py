"""The little of EXIF that is needed: reading the orientation, and writing a block that holds nothing else.

EXIF is a TIFF header, then directories of 12-byte entries (CIPA DC-008, section 4.6).
"""

import struct

ORIENTATION = 0x0112


def orientation(tiff: bytes) -> int:
    """1 to 8; 1 (upright) when absent or unreadable."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 14:
        return 1
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == ORIENTATION and kind == 3 and 1 <= value <= 8:
            return int(value)
    return 1


def minimal(turned: int) -> bytes:
    """A TIFF block of 26 bytes whose only entry is the orientation."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
