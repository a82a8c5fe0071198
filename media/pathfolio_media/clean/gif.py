"""GIF89a: blocks of one kind byte, their data in sub-blocks of at most 255 bytes."""

from pathfolio_media.clean.errors import UnwalkableError

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def cleaned(data: bytes) -> bytes:
    """Keeps pictures, their timing and the loop count; drops comments, captions and other applications' data."""
    at = 13 + _table(data[10])
    out = [data[:at]]
    while True:
        if at >= len(data):  # cut, or without its trailer: nothing more can be there
            return b"".join(out)
        start, kind = at, data[at]
        if kind == _TRAILER:
            return b"".join([*out, b"\x3b"])
        if kind == _IMAGE:
            at = _blocks_end(data, at + 11 + _table(data[at + 9]))
            out.append(data[start:at])
        elif kind == _EXTENSION:
            label, at = data[at + 1], _blocks_end(data, at + 2)
            if label == _CONTROL or (
                label == _APPLICATION and data[start + 3 : start + 14] in _LOOPS
            ):
                out.append(data[start:at])
        else:
            raise UnwalkableError("a block of no known kind")


def _table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return min(at + 1, len(data))
