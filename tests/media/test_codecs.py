"""A machine without one library: its format is kept as a file, all others are shown as ever."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from pathfolio_media import codecs
from pathfolio_media.limits import Limits
from pathfolio_media.render import render
from pathfolio_media.sniff import HEIC, JPEG
from tests.media import pictures

LIMITS = Limits(64_000_000, 250_000_000)


@pytest.fixture
def no_libheif(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)


def test_with_every_library_nothing_is_turned_off() -> None:
    assert codecs.missing() == []
    assert codecs.readable(HEIC)


@pytest.mark.usefixtures("no_libheif")
def test_without_libheif_only_heic_is_turned_off_and_a_sentence_says_so(tmp_path: Path) -> None:
    (sentence,) = codecs.missing()
    assert sentence.startswith("HEIC pictures can't be shown on this computer")
    report = render(io.BytesIO(pictures.heic()), tmp_path, "image/heic", LIMITS)
    assert (report.refused, report.damaged, report.sizes) == (None, False, {})
    assert codecs.readable(JPEG)
    (tmp_path / "jpeg").mkdir()
    made = render(
        io.BytesIO(pictures.MAKERS["image/jpeg"]()), tmp_path / "jpeg", "image/jpeg", LIMITS
    )
    assert "w320" in made.sizes


def test_the_server_starts_without_libheif() -> None:
    """Whatever imports pictures' code, on a machine where importing pi_heif fails."""
    program = (
        "import sys; sys.modules['pi_heif'] = None; import pathfolio.uploads.operations, pathfolio.jobs.worker; "
        "from pathfolio_media import render; render.set_up()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
