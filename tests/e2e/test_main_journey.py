"""From a phone with no network to a teacher's feedback, the student's answer, and a showcase."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pathfolio.demo.pictures import jpeg
from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, PHONE, SLOW
from tests.support.proxy import Link

SIZES = pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])


@SIZES
def test_work_made_without_a_network_reaches_the_teacher_and_comes_back_with_an_answer(
    visit: Open, network: Link, tmp_path: Path, size: tuple[int, int]
) -> None:
    picture = tmp_path / "bench.jpg"
    picture.write_bytes(jpeg("wood", "e2e"))
    maya = visit("maya", size=size)
    maya.sees("All safe at school")

    network.cut()
    maya.write_note("A bench that three of us can sit on")
    maya.has_custody("device")
    maya.page.get_by_label("Title").fill("The bench")
    maya.go("")
    maya.choose_photos([picture])
    maya.has_custody("device")
    maya.page.get_by_label("Title").fill("The bench, a photo")
    maya.page.keyboard.press("Tab")
    maya.go("")
    maya.sees("The bench, a photo")

    network.mend()
    maya.link("The bench, a photo").first.click()
    maya.has_custody("safe")

    ada = visit("ada", size=size)
    ada.sees("Maya Castillo")
    ada.link("The bench", exact=True).first.click()
    ada.page.get_by_label("Glow").fill("I can see how the three legs carry it.")
    ada.page.get_by_label("Question").fill("What held it together first?")
    ada.button("Send to the student").click()

    maya.go("")
    maya.link("The bench", exact=True).first.click()
    maya.sees("What held it together first?")
    maya.has_custody("seen")
    maya.button("Answer").click()
    maya.page.get_by_label("Your answer to Ada Okafor").fill("A rope, then glue.")
    maya.button("Send").click()

    ada.sees("A rope, then glue.")
    expect(ada.page.get_by_text("A rope, then glue.")).to_have_count(1, timeout=SLOW)
