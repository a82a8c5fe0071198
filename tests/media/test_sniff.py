"""A file is what its bytes say: names and promises count for nothing."""

import pytest

from pathfolio_media.sniff import sniff, sniff_file
from tests.media import pictures
from tests.media.conftest import FILES

DOWNLOADS = ("svg.svg", "pdf.pdf", "zip.zip", "mp3.mp3", "wav.wav", "webm.webm", "Mpeg4.mp4")


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_pictures_are_known_by_their_bytes(mime: str) -> None:
    assert sniff(pictures.MAKERS[mime]()).mime == mime


@pytest.mark.parametrize("name", DOWNLOADS)
def test_everything_else_is_a_download(name: str) -> None:
    assert sniff_file(FILES / name).mime == "application/octet-stream"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"<html><img src=x onerror=alert(1)>",
        b"GIF89",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x18ftypisom\0\0\0\0heic",
        b"\0\0\0\x10ftypmif1\0\0\0\0avif",
        b"\xff\xff\xff\xffftypmif1",
    ],
)
def test_what_only_resembles_a_picture_is_a_download(head: bytes) -> None:
    assert not sniff(head).is_image


def test_the_kind_may_stand_among_the_compatible_brands() -> None:
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0miafavif").mime == "image/avif"
    assert sniff(b"\0\0\0\x18ftypmsf1\0\0\0\0hevcmsf1").mime == "image/heic"
