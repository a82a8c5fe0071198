"""Small pictures made on the spot, with everything in them that a phone may leave there."""

import io
import struct
from pathlib import Path
from typing import Any

import pi_heif
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

PLACE = b"47.3769N-8.5417E"  # stands in every block that must go
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>'
    + PLACE
    + b"</exif:GPSLatitude></x:xmpmeta>"
)

FILES = Path(__file__).parent / "files"

pi_heif.register_heif_opener()


def drawn(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red at the top left, green at the top right, blue below: tells every way of turning it apart."""
    picture = Image.new("RGB", (width, height), (0, 0, 255))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(255, 0, 0))
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=(0, 255, 0))
    return picture.convert(mode)


def exif(orientation: int = 1) -> bytes:
    """A block with place, time, device and thumbnail-free main directory."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "A phone " + PLACE.decode()
    block.get_ifd(0x8769)[0x9003] = "2026:11:23 14:52:11"
    gps = block.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (47.0, 22.0, 36.84), "E", (8.0, 32.0, 30.0)
    gps[29] = PLACE.decode()
    return block.tobytes()


def saved(kind: str, picture: Image.Image | None = None, **options: Any) -> bytes:  # noqa: ANN401
    out = io.BytesIO()
    (picture or drawn()).save(out, kind, **options)
    return out.getvalue()


def jpeg(orientation: int = 1) -> bytes:
    """With EXIF, XMP, IPTC, a comment and a second picture behind the end, which has a place too."""
    plain = saved("JPEG", exif=exif(orientation), xmp=XMP, comment=b"at " + PLACE, quality=95)
    iptc = b"Photoshop 3.0\0" + PLACE
    segment = b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc
    return plain[:2] + segment + plain[2:] + saved("JPEG", exif=exif()) + b"trailer " + PLACE


def png(orientation: int = 1) -> bytes:
    notes = PngInfo()
    notes.add_text("Comment", PLACE.decode())
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    notes.add_text("Packed", PLACE.decode(), zip=True)
    return saved("PNG", exif=exif(orientation), pnginfo=notes) + PLACE


def webp(orientation: int = 1) -> bytes:
    return saved("WEBP", exif=exif(orientation), xmp=XMP, lossless=True) + PLACE


def gif() -> bytes:
    frames = [drawn().convert("P"), drawn().rotate(90).convert("P")]
    plain = saved("GIF", frames[0], save_all=True, append_images=frames[1:], comment=PLACE, loop=0)
    xmp = b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return plain[:-1] + xmp + b"\x3b" + PLACE


def avif(orientation: int = 1) -> bytes:
    return saved("AVIF", exif=exif(orientation), xmp=XMP)


def heic() -> bytes:
    """The smallest HEIC with one item more: EXIF, in a box of its own at the end (nothing here encodes HEIC)."""
    plain = (FILES / "heif.heif").read_bytes()
    block = b"\0\0\0\0" + exif()[6:] + PLACE
    entry = _box(b"infe", b"\2\0\0\0" + b"\0\2" + b"\0\0" + b"Exif\0")
    meta, iloc, iinf = (plain.index(name) - 4 for name in (b"meta", b"iloc", b"iinf"))
    grown = 18 + len(entry)  # one more row in each of two tables
    rows = [(1, 0x14A + grown, 0x38), (2, len(plain) + grown + 8, len(block))]
    table = b"".join(struct.pack(">HHIHII", item, 0, at, 1, 0, size) for item, at, size in rows)
    end = meta + int.from_bytes(plain[meta : meta + 4], "big")
    inside = (
        plain[meta + 8 : iloc]
        + _box(b"iloc", plain[iloc + 8 : iloc + 14] + b"\0\2" + table)
        + _box(b"iinf", b"\0\0\0\0" + b"\0\2" + plain[iinf + 14 : iinf + 0x23] + entry)
        + plain[iinf + 0x23 : end]
    )
    return plain[:meta] + _box(b"meta", inside) + plain[end:] + _box(b"mdat", block)


def _box(name: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + name + body


MAKERS = {
    "image/jpeg": jpeg,
    "image/png": png,
    "image/webp": webp,
    "image/gif": gif,
    "image/avif": avif,
    "image/heic": heic,
}
