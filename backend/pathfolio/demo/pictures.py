"""The demo school's pictures: drawn here from a seed, so that none needs a licence and no two are alike."""

import inspect
import io
from collections.abc import Callable

from pathfolio.demo import painters_made, painters_seen
from pathfolio.demo.canvas import Canvas

PAINTERS: dict[str, Callable[[Canvas], None]] = {
    name: painter
    for module in (painters_made, painters_seen)
    for name, painter in inspect.getmembers(module, inspect.isfunction)
    if painter.__module__ == module.__name__
}


def jpeg(painter: str, seed: str) -> bytes:
    """A 1024 x 768 JPEG of what `painter` draws from `seed`; the same two give the same picture."""
    canvas = Canvas(seed)
    PAINTERS[painter](canvas)
    out = io.BytesIO()
    canvas.finished().save(out, "JPEG", quality=82)
    return out.getvalue()
