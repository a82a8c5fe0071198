"""No file keeps a place: what metadata there is goes, and not one pixel changes."""

import base64
import io
import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from pathfolio_media.clean import UnwalkableError, cleaned, exif
from pathfolio_media.sniff import IMAGES, sniff
from tests.media import pictures, vectors
from tests.media.conftest import FILES


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as image:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_no_place_time_or_device_is_left(mime: str) -> None:
    dirty = pictures.MAKERS[mime]()
    assert pictures.PLACE in dirty
    bare = cleaned(dirty, mime)
    for trace in (pictures.PLACE, b"phone", b"2026:11:23", b"GPS", b"xmpmeta"):
        assert trace not in bare
    with Image.open(io.BytesIO(bare)) as image:
        assert dict(image.getexif().get_ifd(0x8825)) == {}


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_every_pixel_stays(mime: str) -> None:
    dirty = pictures.MAKERS[mime]()
    assert pixels(cleaned(dirty, mime)) == pixels(dirty)


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_cleaning_twice_is_cleaning_once(mime: str) -> None:
    bare = cleaned(pictures.MAKERS[mime](), mime)
    assert cleaned(bare, mime) == bare


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("maker", [pictures.jpeg, pictures.png, pictures.webp])
def test_the_orientation_stays(maker: Callable[[int], bytes], turned: int) -> None:
    bare = cleaned(maker(turned), sniff(maker(turned)).mime)
    with Image.open(io.BytesIO(bare)) as image:
        assert image.getexif().get(0x0112, 1) == turned
        assert set(image.getexif()) <= {0x0112}


def test_colour_profiles_stay() -> None:
    with Image.open(io.BytesIO(pictures.jpeg())) as image:
        profile = b"a profile of some length" * 9
        dirty = pictures.saved("JPEG", image.copy(), icc_profile=profile, exif=pictures.exif())
    with Image.open(io.BytesIO(cleaned(dirty, "image/jpeg"))) as image:
        assert image.info["icc_profile"] == profile


def test_a_gif_keeps_its_loop_and_timing() -> None:
    bare = cleaned(pictures.gif(), "image/gif")
    with Image.open(io.BytesIO(bare)) as image:
        assert image.info["loop"] == 0
        assert getattr(image, "n_frames", 1) == 2


@pytest.mark.parametrize("maker", [pictures.heic, pictures.avif])
def test_in_files_with_tables_of_places_nothing_moves(maker: Callable[[], bytes]) -> None:
    dirty = maker()
    assert len(cleaned(dirty, sniff(dirty).mime)) == len(dirty)


def test_files_without_metadata_stay_as_they_are() -> None:
    for path in sorted(FILES.iterdir()):
        data = path.read_bytes()
        mime = sniff(data).mime
        if mime in IMAGES:
            assert cleaned(data, mime) == data, path.name


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_every_cut_of_a_file_is_cleaned_or_refused(mime: str) -> None:
    dirty = pictures.MAKERS[mime]()
    for end in range(16, len(dirty), max(1, len(dirty) // 97)):
        try:
            bare = cleaned(dirty[:end], mime)
        except UnwalkableError:
            continue
        assert pictures.PLACE not in bare


@given(st.binary(max_size=200), st.sampled_from(sorted(IMAGES)))
def test_any_bytes_are_cleaned_or_refused(noise: bytes, mime: str) -> None:
    head = {
        "image/jpeg": b"\xff\xd8\xff",
        "image/png": b"\x89PNG\r\n\x1a\n",
        "image/gif": b"GIF89a",
    }
    with suppress(UnwalkableError):
        cleaned(head.get(mime, b"") + noise, mime)


@given(st.binary(max_size=80))
def test_any_bytes_have_an_orientation(noise: bytes) -> None:
    assert 1 <= exif.orientation(b"II*\0" + noise) <= 8


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_minimal_block_says_nothing_but_its_orientation(turned: int) -> None:
    assert exif.orientation(exif.minimal(turned)) == turned
    assert len(exif.minimal(turned)) == 26


VECTORS = json.loads(vectors.PATH.read_text())


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_the_vectors_shared_with_the_device_hold(case: dict[str, str | None]) -> None:
    assert vectors.vector(case["name"] or "", base64.b64decode(case["dirty"] or "")) == case
