"""WebP (RFC 9649): RIFF chunks; VP8X says by flags which optional ones there are."""

from pathfolio_media.clean import exif
from pathfolio_media.clean.errors import UnwalkableError

_NEEDED = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def cleaned(data: bytes) -> bytes:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    kept: list[tuple[bytes, bytes]] = []
    turned, at = 1, 12
    while at + 8 <= end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if len(body) < size and name not in (b"VP8 ", b"VP8L", b"ANMF"):
            raise UnwalkableError("a chunk reaches past the end")
        if name == b"EXIF":
            turned = exif.orientation(body.removeprefix(b"Exif\0\0"))
        elif name in _NEEDED:
            kept.append((name, body))
        at += 8 + size + size % 2
    return _file(kept, turned)


def _file(kept: list[tuple[bytes, bytes]], turned: int) -> bytes:
    if turned != 1:
        kept = [*kept, (b"EXIF", exif.minimal(turned))]
    body = b"WEBP" + b"".join(
        _chunk(name, _flags(part, turned) if name == b"VP8X" else part) for name, part in kept
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _flags(body: bytes, turned: int) -> bytes:
    flags = body[0] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if turned != 1 else 0)
    return bytes((flags,)) + body[1:]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
