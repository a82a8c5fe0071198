"""JPEG (ITU T.81): a row of marker segments, the scans' data between them."""

from pathfolio_media.clean import exif
from pathfolio_media.clean.errors import UnwalkableError

_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_EXIF = b"Exif\0\0"


def cleaned(data: bytes) -> bytes:
    """Keeps JFIF, colour profile, Adobe's colour transform and orientation; drops other APPn and comments.

    What follows the end of the picture goes too: phones put second pictures, videos and maker's data there.
    """
    out = [data[:2]]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise UnwalkableError("no marker where one must be")
        while data[at + 1] == 0xFF:  # fill bytes
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            return b"".join([*out, b"\xff\xd9"])
        length = (
            0
            if 0xD0 <= marker <= _SOI or marker == 0x01
            else int.from_bytes(data[at + 2 : at + 4], "big")
        )
        end = at + 2 + length
        if end > len(data) or (length < 2 and not 0xD0 <= marker <= _SOI and marker != 0x01):
            raise UnwalkableError("a segment reaches past the end")
        out.append(_kept(marker, data[at:end]))
        at = end
        if marker == _SOS:
            at = _scan_end(data, end)
            out.append(data[end:at])
            if at >= len(data):  # a cut file ends inside its scan
                return b"".join(out)


def _kept(marker: int, segment: bytes) -> bytes:
    body = segment[4:]
    if marker == 0xE1 and body.startswith(_EXIF):
        turned = exif.orientation(body[len(_EXIF) :])
        return _segment(0xE1, _EXIF + exif.minimal(turned)) if turned != 1 else b""
    if marker == _COM or (0xE0 <= marker <= 0xEF and not _is_needed(marker, body)):
        return b""
    return segment


def _is_needed(marker: int, body: bytes) -> bool:
    return (
        (marker == 0xE0 and body.startswith(b"JFIF\0"))
        or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"))
        or (marker == 0xEE and body.startswith(b"Adobe"))
    )


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _scan_end(data: bytes, start: int) -> int:
    """Where the scan's data ends: at a marker that is neither a stuffed 0xFF nor a restart."""
    at = start
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at
