"""From the moment a photo is chosen until it is kept, in flight mode: "On this device"."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

from PIL import Image

from benchmarks.phone.device import Phone, Spent

WIDTH, HEIGHT = 4000, 3000
KEPT = "location.hash.startsWith('#/a/') && !!document.querySelector('main [data-custody=device]')"


def camera_photo(folder: Path) -> Path:
    """12 megapixels of a mid-range phone, 3 to 4 MB."""
    grain = Image.frombytes("RGB", (500, 375), Random(12).randbytes(500 * 375 * 3))
    packed = io.BytesIO()
    grain.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(packed, "JPEG", quality=88)
    path = folder / "photo.jpg"
    path.write_bytes(packed.getvalue())
    return path


def keeps(phone: Phone, photo: Path, home: str) -> Spent:
    """Through the capture sheet, from the list of one's own work."""
    page = phone.page
    page.goto(home)
    page.wait_for_selector("main ul.grid article")
    phone.rest()
    page.get_by_role("navigation").get_by_role("button").click()
    page.wait_for_selector("dialog[open] input[type=file]", state="attached")
    field = page.locator("dialog[open] input[type=file][multiple]").first
    spent = phone.spends(lambda: field.set_input_files(photo), KEPT)
    page.wait_for_selector("main [data-custody=device]")
    return spent


def keeps_bare(phone: Phone, photo: Path, address: str) -> Spent:
    phone.page.goto(address)
    phone.page.wait_for_selector("li")
    field = phone.page.locator("#photo")
    return phone.spends(
        lambda: field.set_input_files(photo),
        "document.getElementById('told').innerText === 'Saved'",
    )
