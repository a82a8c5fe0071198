"""What a file is, told by its first bytes: never by its name or by what the sender says.

The allow-list of what is ever shown inline. A kind that is not on it is kept and offered as a download.
"""

from dataclasses import dataclass
from pathlib import Path

HEAD = 64


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, its usual suffix, and the name Pillow opens it by."""

    mime: str
    suffix: str
    pillow: str | None = None

    @property
    def is_image(self) -> bool:
        return self.pillow is not None


DOWNLOAD = Kind("application/octet-stream", "bin")
JPEG = Kind("image/jpeg", "jpg", "JPEG")
PNG = Kind("image/png", "png", "PNG")
GIF = Kind("image/gif", "gif", "GIF")
WEBP = Kind("image/webp", "webp", "WEBP")
AVIF = Kind("image/avif", "avif", "AVIF")
HEIC = Kind("image/heic", "heic", "HEIF")

KINDS = {kind.mime: kind for kind in (JPEG, PNG, GIF, WEBP, AVIF, HEIC, DOWNLOAD)}
IMAGES = {mime: kind for mime, kind in KINDS.items() if kind.is_image}

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif"}


def sniff(head: bytes) -> Kind:
    """The kind of a file that begins with these bytes (the first `HEAD` are enough)."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    return DOWNLOAD


def sniff_file(path: Path) -> Kind:
    with path.open("rb") as file:
        return sniff(file.read(HEAD))


def _by_brands(head: bytes) -> Kind:
    """ISO base media files name their kind in the major brand, or, behind `mif1`, in the compatible ones."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    for brand in brands:
        if brand in _AVIF_BRANDS:
            return AVIF
        if brand in _HEIC_BRANDS:
            return HEIC
        if brand not in (b"mif1", b"msf1", b"miaf"):
            return DOWNLOAD
    return DOWNLOAD
