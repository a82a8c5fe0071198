"""HEIC and AVIF (ISO 14496-12, 23008-12): boxes in boxes; metadata are items, found through a location table.

Nothing is moved, since the table points at places in the file: what must go is overwritten where it stands.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pathfolio_media.clean.errors import UnwalkableError

_EMPTY_EXIF = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
_HIDDEN = (b"udta", b"uuid", b"free", b"skip", b"meco")


@dataclass(frozen=True)
class Box:
    name: bytes
    start: int
    body: int
    end: int


def cleaned(data: bytes) -> bytes:
    out = bytearray(data)
    for box in _boxes(data, 0, len(data)):
        if box.name in _HIDDEN:
            _free(out, box)
        elif box.name == b"meta":
            _clean_items(data, out, box)
        elif box.name == b"moov":
            _clean_movie(data, out, box)
    return bytes(out)


def _clean_movie(data: bytes, out: bytearray, movie: Box) -> None:
    for box in _boxes(data, movie.body, movie.end):
        if box.name in (*_HIDDEN, b"meta"):
            _free(out, box)
        elif box.name == b"trak":
            for inner in _boxes(data, box.body, box.end):
                if inner.name in (*_HIDDEN, b"meta"):
                    _free(out, inner)


def _clean_items(data: bytes, out: bytearray, meta: Box) -> None:
    inner = {box.name: box for box in _boxes(data, meta.body + 4, meta.end)}
    for box in inner.values():
        if box.name in _HIDDEN:
            _free(out, box)
    if b"iinf" not in inner or b"iloc" not in inner:
        return
    kinds = dict(_item_kinds(data, inner[b"iinf"]))
    base = inner[b"idat"].body if b"idat" in inner else 0
    for item, start, length in _places(data, inner[b"iloc"], base):
        if kinds.get(item) in (b"Exif", b"mime", b"uri "):
            if start + length > len(data):
                raise UnwalkableError("an item lies past the end")
            _blank(out, start, length, empty=_EMPTY_EXIF if kinds[item] == b"Exif" else b"")


def _boxes(data: bytes, at: int, end: int) -> Iterator[Box]:
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        stop = end if size == 0 else at + size
        if stop < body or stop > end:
            if name == b"mdat":  # a cut file: its pixels come last
                return
            raise UnwalkableError("a box reaches past its parent")
        yield Box(name, at, body, stop)
        at = stop


def _item_kinds(data: bytes, box: Box) -> Iterator[tuple[int, bytes]]:
    wide = data[box.body] != 0
    for entry in _boxes(data, box.body + (8 if wide else 6), box.end):
        version = data[entry.body]
        if version >= 2:
            size = 4 if version == 3 else 2
            at = entry.body + 4
            yield int.from_bytes(data[at : at + size], "big"), data[at + size + 2 : at + size + 6]


def _places(data: bytes, box: Box, idat: int) -> Iterator[tuple[int, int, int]]:
    """(item, place in the file, length) of every piece of every item."""
    version, at = data[box.body], box.body + 4
    offset_size, length_size = data[at] >> 4, data[at] & 15
    base_size, index_size = data[at + 1] >> 4, data[at + 1] & 15 if version else 0
    at += 2

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > box.end:
            raise UnwalkableError("the location table is cut")
        return int.from_bytes(data[at - size : at], "big")

    wide = 4 if version == 2 else 2
    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # which file: always this one
        base = number(base_size)
        for _ in range(number(2)):
            number(index_size)
            start, length = base + number(offset_size), number(length_size)
            if method < 2:
                yield item, start + (idat if method == 1 else 0), length


def _free(out: bytearray, box: Box) -> None:
    out[box.start + 4 : box.start + 8] = b"free"
    _blank(out, box.body, box.end - box.body)


def _blank(out: bytearray, start: int, length: int, empty: bytes = b"") -> None:
    empty = empty if len(empty) <= length else b""
    out[start : start + length] = empty + bytes(length - len(empty))
