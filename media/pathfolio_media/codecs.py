"""Which formats this machine can read: a codec that is missing turns off its own format and nothing else."""

from PIL import Image, features

from pathfolio_media.sniff import AVIF, HEIC, Kind


def load() -> None:
    """Makes Pillow know every format that it can read here."""
    if _has_heif():
        from pi_heif import register_heif_opener  # noqa: PLC0415 - its library may be missing

        register_heif_opener()
    Image.preinit()
    Image.init()


def readable(kind: Kind) -> bool:
    """Can pictures of this kind be shown here? The others are kept and given out as files."""
    if kind is HEIC:
        return _has_heif()
    return kind is not AVIF or bool(features.check("avif"))


def missing() -> list[str]:
    """One sentence for each format that is turned off here."""
    sentence = (
        "{} pictures can't be shown on this computer, since {} is missing: they are kept as files."
    )
    found = []
    if not readable(HEIC):
        found.append(sentence.format("HEIC", "the library of pi-heif (libheif)"))
    if not readable(AVIF):
        found.append(sentence.format("AVIF", "Pillow's AVIF codec"))
    return found


def _has_heif() -> bool:
    try:
        import pi_heif  # noqa: F401, PLC0415 - looked for, not used
    except ImportError:
        return False
    return True
