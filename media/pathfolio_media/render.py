"""From a picture's file to what screens show: WebP at three sizes, one JPEG, a thumbhash.

Runs in the child process of `zygote`; every output is built from pixels alone, so nothing that stood beside
them (place, device, comments, profiles) can pass.
"""

import base64
import io
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from PIL import Image, ImageCms, ImageFile, ImageOps
from thumbhash import rgba_to_thumb_hash

from pathfolio_media import codecs
from pathfolio_media.clean import UnwalkableError, cleaned, may_hold_location
from pathfolio_media.limits import Limits
from pathfolio_media.sniff import JPEG, KINDS, Kind

VERSION = 1
"""Raised when outputs change, so that a command can make them again."""

CLEAN, ORIGINAL = "clean", "original"
LONG_EDGE = 2000  # not 2048: JPEG's cheap halving takes 4032 pixels to 2016
WEBP = {"w2000": LONG_EDGE, "w1024": 1024, "w320": 320}
FALLBACK = ("jpg1024", 1024)
SUFFIX = {"w2000": "webp", "w1024": "webp", "w320": "webp", "jpg1024": "jpg"}
MIME = {"webp": "image/webp", "jpg": "image/jpeg"}

# Names Pillow may open a file by; MPO is never among them, since it would take over plain JPEG files.
_ALLOWED = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"]


class UnrenderableError(Exception):
    """The picture can't be shown; `code` is stable, the message is a sentence for its owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


Original = Literal["as_is", "clean", "withheld"]
"""May the original be given out? `clean`: only the copy without metadata. `withheld`: it may hold a place and
could not be cleaned, so not at all."""


@dataclass
class Report:
    """What was made: sizes in pixels as shown (orientation applied), `(width, height, bytes)` per rendition."""

    width: int = 0
    height: int = 0
    thumbhash: str = ""
    damaged: bool = False
    original: Original = "as_is"
    refused: tuple[str, str] | None = None
    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def set_up() -> None:
    """Loads the codecs; called once before children are forked."""
    codecs.load()
    # Our own limit, per format, is checked before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None


def render(source: BinaryIO, target: Path, mime: str, limits: Limits) -> Report:
    """Writes `{name}.{suffix}` for every rendition into the folder `target`, and `clean` where needed.

    A picture that is too large, or not even partly decodable, gives a report that says so in `refused`;
    one of a format that can't be read here a report without sizes.
    """
    report = Report(original=clean_copy(source, target, mime))
    # Known first, and kept beside: the pixels may yet bring this process down.
    (target / ORIGINAL).write_text(report.original)
    if not codecs.readable(KINDS[mime]):
        return report
    try:
        _make(_decode(source, KINDS[mime], limits, report), target, report)
    except UnrenderableError as refused:
        report.refused = (refused.code, str(refused))
    return report


def _make(picture: Image.Image, target: Path, report: Report) -> None:
    for name, edge in WEBP.items():
        picture.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=3.0)
        _save(picture, target, name, report, format="WEBP", quality=80, method=3)
        if name == "w1024":
            _save(
                _flat(picture),
                target,
                FALLBACK[0],
                report,
                format="JPEG",
                quality=82,
                optimize=True,
            )
    report.thumbhash = thumbhash(picture)


def clean_copy(source: BinaryIO, target: Path, mime: str) -> Original:
    """Writes `clean` into the folder when the original holds metadata, and says what may be given out."""
    source.seek(0)
    data = source.read()
    try:
        bare = cleaned(data, mime)
    except UnwalkableError:
        return "withheld" if may_hold_location(data) else "as_is"
    if bare == data:
        return "as_is"
    (target / CLEAN).write_bytes(bare)
    return "clean"


def thumbhash(picture: Image.Image) -> str:
    """The thumbhash (Evan Wallace) of a picture, base64 without padding."""
    # On white: the library fails on transparency.
    small = _flat(picture).convert("RGBA")
    small.thumbnail((32, 32), Image.Resampling.BOX)
    values = rgba_to_thumb_hash(small.width, small.height, list(small.tobytes()))
    return base64.b64encode(bytes(values)).decode().rstrip("=")


def _decode(source: BinaryIO, kind: Kind, limits: Limits, report: Report) -> Image.Image:
    try:
        return _load(source, kind, limits, report)
    except UnrenderableError:
        raise
    except MemoryError:
        raise _too_large() from None
    except Exception:  # noqa: BLE001 -- decoders raise nearly anything for broken files
        report.damaged = True
    # Once more, keeping what can be read of a cut file.
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        return _load(source, kind, limits, report)
    except Exception:  # noqa: BLE001 -- as above
        raise UnrenderableError(
            "unreadable", "This picture can't be opened: the file is broken."
        ) from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _load(source: BinaryIO, kind: Kind, limits: Limits, report: Report) -> Image.Image:
    source.seek(0)
    with Image.open(source, formats=[kind.pillow] if kind.pillow in _ALLOWED else []) as image:
        most = limits.jpeg_pixels if kind is JPEG else limits.pixels
        if image.width * image.height > most:
            raise _too_large()
        report.width, report.height = _upright(image)
        if kind is JPEG:
            image.draft(None, (LONG_EDGE, LONG_EDGE))
        image.load()
        return _to_srgb(_eight_bits(ImageOps.exif_transpose(_first_cut(image))))


def _upright(image: Image.Image) -> tuple[int, int]:
    """Width and height as shown. Orientations 5 to 8 of EXIF lie on their side."""
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _first_cut(image: Image.Image) -> Image.Image:
    """Shrinks a big picture before it is turned or converted: every later copy is then small.

    Only in modes where averaging neighbours means something (not palettes); keeps EXIF and profile.
    """
    if max(image.size) > 2 * LONG_EDGE and image.mode in ("RGB", "L", "CMYK", "RGBX", "YCbCr"):
        factor = max(image.size) // LONG_EDGE
        info, exif = image.info, image.getexif()
        image = image.reduce(factor)
        image.info = info | {"exif": exif.tobytes()}
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        # Pillow's own conversion clips instead of scaling.
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode == "P" or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("LA", "PA", "La", "RGBa"):
        return image.convert("RGBA")
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image


def _to_srgb(image: Image.Image) -> Image.Image:
    """Colours first, then the profile may go: dropping it alone would shift wide gamut and CMYK."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode=mode
            )
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile: show the plain numbers
    return image.convert(mode)


def _flat(image: Image.Image) -> Image.Image:
    """On white, for formats without transparency."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _save(image: Image.Image, target: Path, name: str, report: Report, **options: Any) -> None:  # noqa: ANN401
    bare = image.copy()
    bare.info = {}  # encoders copy comments, EXIF and profiles from here
    path = target / f"{name}.{SUFFIX[name]}"
    bare.save(path, **options)
    report.sizes[name] = (image.width, image.height, path.stat().st_size)


def _too_large() -> UnrenderableError:
    return UnrenderableError("too_large", "This picture has more pixels than this school takes.")
