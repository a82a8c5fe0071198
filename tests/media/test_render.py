"""Renditions: upright, in sRGB, from pixels alone, made where nothing can be broken."""

import base64
import io
import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from pathfolio_media import jail
from pathfolio_media.limits import Limits
from pathfolio_media.render import Report
from pathfolio_media.workshop import Workshop
from tests.media import pictures
from tests.media.conftest import FILES


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as opened:
        yield opened


class Rendered:
    """The report, and the bytes of each file made."""

    def __init__(self, workshop: Workshop, data: bytes, mime: str, folder: Path) -> None:
        source = folder / "source"
        source.write_bytes(data)
        with workshop.rendered(source, mime) as made:
            self.report: Report = made.report
            self.files = {path.name: path.read_bytes() for path in made.folder.iterdir()}

    def image(self, name: str) -> Image.Image:
        with Image.open(io.BytesIO(self.files[name])) as image:
            image.load()
            return image


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_every_kind_gets_all_renditions_and_none_holds_a_place(
    workshop: Workshop, tmp_path: Path, mime: str
) -> None:
    made = Rendered(workshop, pictures.MAKERS[mime](), mime, tmp_path)
    assert made.report.refused is None
    assert set(made.report.sizes) == {"w2000", "w1024", "w320", "jpg1024"}
    assert made.report.original == "clean"
    for name, data in made.files.items():
        assert pictures.PLACE not in data, name
        if name not in {"clean", "original"}:
            image = made.image(name)
            assert not image.getexif()
            assert not {"icc_profile", "comment", "xmp", "exif"} & image.info.keys()
            stem = name.split(".")[0]
            assert made.report.sizes[stem] == (*image.size, len(data))


@pytest.mark.parametrize("turned", range(1, 9))
def test_pictures_are_turned_upright(workshop: Workshop, tmp_path: Path, turned: int) -> None:
    undo = {
        2: 0,
        3: 3,
        4: 1,
        5: 5,
        6: 2,
        7: 6,
        8: 4,
    }  # PIL's transposition that orientation n is the inverse of
    lying = pictures.drawn(80, 40)
    if turned in undo:
        inverse = {2: 2, 4: 4}.get(undo[turned], undo[turned])
        lying = lying.transpose(Image.Transpose(inverse))
    data = pictures.saved("JPEG", lying, exif=pictures.exif(turned), quality=95)
    made = Rendered(workshop, data, "image/jpeg", tmp_path)
    assert (made.report.width, made.report.height) == (80, 40)
    image = made.image("w1024.webp").convert("RGB")
    colours = [image.getpixel(at) for at in ((10, 5), (70, 5), (10, 35))]
    strongest = ["RGB"[max(range(3), key=lambda i, c=c: c[i])] for c in colours]  # type: ignore[misc]
    assert strongest == ["R", "G", "B"]


def test_long_edges_are_kept_and_small_pictures_never_grow(
    workshop: Workshop, tmp_path: Path
) -> None:
    big = Rendered(
        workshop, pictures.saved("JPEG", pictures.drawn(4032, 3024)), "image/jpeg", tmp_path
    )
    assert (big.report.width, big.report.height) == (4032, 3024)
    assert {name: size[:2] for name, size in big.report.sizes.items()} == {
        "w2000": (2000, 1500),
        "w1024": (1024, 768),
        "w320": (320, 240),
        "jpg1024": (1024, 768),
    }
    small = Rendered(workshop, pictures.saved("PNG", pictures.drawn(30, 20)), "image/png", tmp_path)
    assert {size[:2] for size in small.report.sizes.values()} == {(30, 20)}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_png_is_shown(workshop: Workshop, tmp_path: Path, mode: str) -> None:
    picture = Image.linear_gradient("L")
    if mode == "I;16":
        picture = picture.convert("I").point(lambda value: value * 257).convert(mode)
    made = Rendered(workshop, pictures.saved("PNG", picture.convert(mode)), "image/png", tmp_path)
    image = made.image("w1024.webp").convert("L")
    assert image.getpixel((128, 5)) < 60  # type: ignore[operator]
    assert image.getpixel((128, 250)) > 190  # type: ignore[operator]


def test_cmyk_becomes_the_same_colours(workshop: Workshop, tmp_path: Path) -> None:
    data = pictures.saved("JPEG", pictures.drawn(mode="CMYK"), quality=95)
    image = Rendered(workshop, data, "image/jpeg", tmp_path).image("w1024.webp").convert("RGB")
    red, green, blue = image.getpixel((8, 8))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert blue < 60


def test_colours_of_another_profile_are_converted_not_dropped(
    workshop: Workshop, tmp_path: Path
) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    plain = Rendered(workshop, pictures.saved("PNG"), "image/png", tmp_path).image("w320.webp")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = Rendered(workshop, pictures.saved("PNG", icc_profile=srgb), "image/png", tmp_path)
    assert same.image("w320.webp").tobytes() == plain.tobytes()
    other = Rendered(
        workshop, pictures.saved("PNG", icc_profile=lab.tobytes()), "image/png", tmp_path
    )
    assert other.report.refused is None
    broken = Rendered(
        workshop, pictures.saved("PNG", icc_profile=b"nonsense"), "image/png", tmp_path
    )
    assert broken.image("w320.webp").tobytes() == plain.tobytes()


def test_transparency_is_kept_in_webp_and_white_in_jpeg(workshop: Workshop, tmp_path: Path) -> None:
    made = Rendered(
        workshop,
        pictures.saved("PNG", Image.new("RGBA", (40, 40), (9, 9, 9, 0))),
        "image/png",
        tmp_path,
    )
    assert made.image("w320.webp").getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert made.image("jpg1024.jpg").getpixel((5, 5)) == (255, 255, 255)


def test_the_thumbhash_is_short_and_knows_the_colour(workshop: Workshop, tmp_path: Path) -> None:
    text = Rendered(workshop, pictures.saved("PNG"), "image/png", tmp_path).report.thumbhash
    raw = base64.b64decode(text + "=" * (-len(text) % 4))
    assert 5 <= len(raw) <= 25


def test_a_cut_picture_is_damaged_but_shown(workshop: Workshop, tmp_path: Path) -> None:
    data = pictures.saved("JPEG", pictures.drawn(800, 600), quality=95)
    made = Rendered(workshop, data[: len(data) * 2 // 3], "image/jpeg", tmp_path)
    assert made.report.damaged
    assert made.report.refused is None
    assert made.image("w320.webp").getpixel((40, 40))[0] > 180  # type: ignore[index]


@pytest.mark.parametrize("mime", pictures.MAKERS)
def test_a_picture_without_pixels_is_refused_with_a_sentence(
    workshop: Workshop, tmp_path: Path, mime: str
) -> None:
    made = Rendered(workshop, pictures.MAKERS[mime]()[:40], mime, tmp_path)
    assert made.report.refused == (
        "unreadable",
        "This picture can't be opened: the file is broken.",
    )


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    with Workshop(Limits(pixels=1000, jpeg_pixels=5000)) as workshop:
        png = Rendered(
            workshop, pictures.saved("PNG", pictures.drawn(50, 40)), "image/png", tmp_path
        )
        jpeg = Rendered(
            workshop, pictures.saved("JPEG", pictures.drawn(50, 40)), "image/jpeg", tmp_path
        )
    assert png.report.refused is not None
    assert png.report.refused[0] == "too_large"
    assert jpeg.report.refused is None


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        )

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\0\0\0"
    rows = zlib.compress(bytes((width * 4 + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_that_needs_too_much_memory_takes_only_its_child_down(tmp_path: Path) -> None:
    limits = Limits(memory=400 << 20)
    with Workshop(limits) as workshop:
        made = Rendered(workshop, bomb(8000, 7900), "image/png", tmp_path)
        assert made.report.refused is not None
        assert made.report.refused[0] == "too_large"
        assert Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path).report.refused is None


def test_a_picture_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with Workshop(replace(Limits(), wall_seconds=0)) as workshop:
        data = pictures.saved("JPEG", pictures.drawn(4000, 3000), exif=pictures.exif())
        made = Rendered(workshop, data, "image/jpeg", tmp_path)
        assert made.report.refused is not None
        assert made.report.refused[0] == "too_slow"
        assert made.report.original in ("clean", "withheld")


def test_a_lost_zygote_is_replaced(tmp_path: Path) -> None:
    with Workshop() as workshop:
        Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path)
        assert workshop._zygote is not None
        os.kill(workshop._zygote.process.pid, signal.SIGKILL)
        workshop._zygote.process.wait()
        assert Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path).report.refused is None


def test_the_child_sees_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATHFOLIO_SECRET", "not for decoders")
    with Workshop() as workshop:
        Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path)
        assert workshop._zygote is not None
        environment = Path(f"/proc/{workshop._zygote.process.pid}/environ")
        if not environment.exists():
            pytest.skip("no /proc on this system")
        assert b"PATHFOLIO" not in environment.read_bytes()


def test_the_smallest_files_of_each_kind_are_shown_or_refused(
    workshop: Workshop, tmp_path: Path
) -> None:
    shown = {
        "jpeg.jpg": "image/jpeg",
        "png-transparent.png": "image/png",
        "heif.heif": "image/heic",
    }
    for name, mime in shown.items():
        assert (
            Rendered(workshop, (FILES / name).read_bytes(), mime, tmp_path).report.refused is None
        )
    for name, mime in {"gif.gif": "image/gif", "webp.webp": "image/webp"}.items():
        assert (
            Rendered(workshop, (FILES / name).read_bytes(), mime, tmp_path).report.refused
            is not None
        )


def test_where_bubblewrap_works_the_child_has_a_room_of_its_own(tmp_path: Path) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("no bubblewrap here")
    with Workshop() as workshop:
        assert Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path).report.refused is None
        words = jail.command(tmp_path) or []
        probe = subprocess.run(
            [*words, sys.executable, "-c", "import os; print(os.path.exists('/etc/passwd'))"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert workshop.jailed == (probe.returncode == 0)
        assert probe.stdout.strip() in ("False", "")


@pytest.mark.parametrize("prefix", [None, ["/bin/false"], ["/bin/echo"]])
def test_without_a_room_pictures_are_rendered_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefix: list[str] | None
) -> None:
    monkeypatch.setattr(jail, "command", lambda _scratch: prefix)
    with Workshop() as workshop:
        assert Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path).report.refused is None
        assert not workshop.jailed


def test_a_swept_scratch_folder_is_made_anew(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Workshop(scratch=scratch) as workshop:
        for _ in range(2):
            made = Rendered(workshop, pictures.jpeg(), "image/jpeg", tmp_path)
            assert made.report.refused is None
            for left in scratch.iterdir():
                shutil.rmtree(left)
    assert list(scratch.iterdir()) == []
