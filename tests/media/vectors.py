"""Writes `vectors/strip.json`: what cleaning must do, byte for byte, on the server and on the device.

`python -m tests.media.vectors` makes it anew; pytest and vitest both read it.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from pathfolio_media.clean import UnwalkableError, cleaned
from pathfolio_media.sniff import IMAGES, sniff
from tests.media import pictures

PATH = Path(__file__).parent / "vectors" / "strip.json"


def cases() -> Iterator[tuple[str, bytes]]:
    for mime, maker in pictures.MAKERS.items():
        yield f"{mime} with everything in it", maker()
        whole = maker()
        for part in (5, 20, 50, 80, 99):
            yield f"{mime} cut at {part} %", whole[: len(whole) * part // 100]
    for turned in (3, 6, 8):
        for maker in (pictures.jpeg, pictures.png, pictures.webp):
            yield f"{maker.__name__} of orientation {turned}", maker(turned)
    yield "a progressive jpeg", pictures.saved("JPEG", progressive=True, exif=pictures.exif(6))
    for path in sorted(pictures.FILES.iterdir()):
        yield f"the smallest {path.name}", path.read_bytes()


def vector(name: str, data: bytes) -> dict[str, str | None]:
    """`bare` is null for what can't be walked, `mime` for what is no picture."""
    mime = sniff(data).mime
    known = mime if mime in IMAGES else None
    try:
        bare = encoded(cleaned(data, mime)) if known else None
    except UnwalkableError:
        bare = None
    return {"name": name, "mime": known, "dirty": encoded(data), "bare": bare}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    rows = [json.dumps(vector(name, data)) for name, data in cases()]
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
