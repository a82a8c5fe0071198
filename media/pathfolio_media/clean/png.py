"""PNG (W3C, third edition): a row of chunks of length, type, data and CRC."""

import zlib

from pathfolio_media.clean import exif
from pathfolio_media.clean.errors import UnwalkableError

_SIGNATURE = 8
_NEEDED = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs acTL fcTL fdAT".split()
)


def cleaned(data: bytes) -> bytes:
    out = [data[:_SIGNATURE]]
    at = _SIGNATURE
    while True:
        length = int.from_bytes(data[at : at + 4], "big")
        name, end = data[at + 4 : at + 8], at + 12 + length
        if len(name) < 4 or end > len(data):
            if b"IDAT" in (piece[4:8] for piece in out):  # a cut file: keep what is a whole chunk
                return b"".join(out)
            raise UnwalkableError("a chunk reaches past the end")
        if name in _NEEDED:
            out.append(data[at:end])
        elif name == b"eXIf":
            turned = exif.orientation(data[at + 8 : end - 4])
            out.append(_chunk(name, exif.minimal(turned)) if turned != 1 else b"")
        if name == b"IEND":
            return b"".join(out)
        at = end


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
