"""Photos that no encoder can shrink, with a place in them: what a link has to carry and a device to strip."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image


def noisy_photos(folder: Path, count: int) -> list[Path]:
    """JPEGs of about 150 kB, no two alike."""
    chance = Random(20)
    paths = []
    for number in range(count):
        picture = Image.frombytes("RGB", (220, 160), chance.randbytes(220 * 160 * 3))
        out = BytesIO()
        picture.resize((440, 320)).save(out, "JPEG", quality=95, exif=place())
        path = folder / f"photo-{number}.jpg"
        path.write_bytes(out.getvalue())
        paths.append(path)
    return paths


def large_photo(folder: Path) -> Path:
    """A JPEG of about 12 MB: three parts on its way into a bucket."""
    width, height = 2240, 1680
    picture = Image.frombytes("RGB", (width, height), Random(21).randbytes(width * height * 3))
    path = folder / "large.jpg"
    picture.save(path, "JPEG", quality=100, subsampling=0)
    return path


def place() -> bytes:
    """What a phone writes: where the photo was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 36.84), 3: "E", 4: (8.0, 32.0, 30.0)})
    return exif.tobytes()
