"""Takes what tells place, time and device out of a picture's file, leaving every pixel byte as it is.

The device does the same before it hashes (pwa/src/data/media/strip); here it is checked again. It works by
allow-list: what is not known to be needed for showing the picture goes. Orientation stays.
"""

import struct
from collections.abc import Callable

from pathfolio_media.clean import gif, isobmff, jpeg, png, webp
from pathfolio_media.clean.errors import UnwalkableError
from pathfolio_media.sniff import AVIF, GIF, HEIC, JPEG, PNG, WEBP

__all__ = ["UnwalkableError", "cleaned", "may_hold_location"]

_WALKS: dict[str, Callable[[bytes], bytes]] = {
    JPEG.mime: jpeg.cleaned,
    PNG.mime: png.cleaned,
    GIF.mime: gif.cleaned,
    WEBP.mime: webp.cleaned,
    AVIF.mime: isobmff.cleaned,
    HEIC.mime: isobmff.cleaned,
}

_TRACES = (
    b"Exif\0\0",
    b"GPS",
    b"ns.adobe.com",
    b"Photoshop 3.0",
    b"rdf:RDF",
    b"\xa9xyz",
    b"location.ISO6709",
)


def cleaned(data: bytes, mime: str) -> bytes:
    """The file without metadata; the same bytes when there was none.

    Raises:
        UnwalkableError: the file does not keep to its format, so what it holds can't be told.
    """
    try:
        return _WALKS[mime](data)
    except (IndexError, ValueError, struct.error) as broken:
        raise UnwalkableError(mime) from broken


def may_hold_location(data: bytes) -> bool:
    """A rough look for files that can't be walked: is there any trace of metadata?"""
    return any(trace in data for trace in _TRACES)
