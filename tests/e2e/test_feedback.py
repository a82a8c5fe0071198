"""A teacher listens and answers: the inbox, drafts, "seen", changing what was sent, and hearing the reply."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.e2e.visitor import LAPTOP, SLOW, Network, Visitor

PIECE = "A lamp from a fence post"
OLDER = "A lamp that did not stand"


def inbox_row(ada: Visitor, title: str) -> None:
    expect(ada.page.get_by_role("main").get_by_role("link", name=title)).to_be_visible(timeout=SLOW)


def test_feedback_is_drafted_sent_changed_and_answered(visit: Open) -> None:
    noor = visit("noor")
    noor.write_note(OLDER)
    noor.has_custody("safe")
    maya = visit("maya")
    maya.write_note(PIECE)
    maya.has_custody("safe")

    ada = visit("ada", size=LAPTOP)
    rows = ada.page.get_by_role("table").get_by_role("rowheader")
    expect(rows).to_have_text([re.compile(OLDER), re.compile(PIECE)], timeout=SLOW)
    ada.stays_on(PIECE)
    ada.write("Glow", "It stands, and it shines.")
    ada.write("Grow", "The cable could hide.")
    ada.sees("Saved as your draft.")
    ada.page.reload()
    expect(ada.field("Glow")).to_have_value("It stands, and it shines.", timeout=SLOW)
    expect(ada.field("Grow")).to_have_value("The cable could hide.")
    maya.comes_back()
    maya.has_custody("seen")
    assert "It stands" not in maya.page.content(), "a draft is its author's alone"

    ada.button("Send to the student").click()
    ada.has_custody("safe")
    ada.go("inbox")
    inbox_row(ada, OLDER)
    assert ada.link(re.compile(PIECE)).count() == 0
    maya.comes_back()
    maya.sees("The cable could hide.")
    maya.button("Answer").click()
    maya.field("Your answer to Ada Okafor").fill("I will drill a channel")
    looks_elsewhere(maya)
    expect(maya.field("Your answer to Ada Okafor")).to_have_value("I will drill a channel")
    maya.button("Send").click()
    maya.sees("I will drill a channel")
    maya.has_custody("safe")

    ada.comes_back()
    ada.sees("Answered you")
    ada.open_piece(PIECE)
    ada.sees("I will drill a channel")
    ada.button("Thank you, I heard").click()
    ada.button("Change my feedback").click()
    ada.page.get_by_role("article").get_by_label("Grow").fill("The cable could run inside.")
    looks_elsewhere(ada)
    again = ada.page.get_by_role("article").get_by_label("Grow")
    expect(again).to_have_value("The cable could run inside.", timeout=SLOW)
    with ada.sends():
        ada.button("Save the change").click()
        ada.sees("Changed. The new words are on their way.")
    maya.comes_back()
    maya.sees("The cable could run inside.")
    maya.sees("Thank you, I heard")
    maya.sees_not("The cable could hide.")


def looks_elsewhere(visitor: Visitor) -> None:
    """Leaves an unfinished form for another screen, comes back, and even opens the page anew."""
    piece = visitor.page.url
    visitor.go("settings")
    visitor.sees_heading("Settings")
    visitor.page.goto(piece)
    visitor.sees_heading("Feedback")
    visitor.page.reload()


def test_feedback_written_without_a_network_goes_out_by_itself(
    visit: Open, network: Network
) -> None:
    maya = visit("maya")
    maya.write_note(PIECE)
    maya.has_custody("safe")
    ada = visit("ada")
    inbox_row(ada, PIECE)
    ada.ready_for_offline()
    network.cut()
    ada.go("classes")
    ada.link(re.compile("Workshop class")).click()
    ada.link("Maya Castillo").click()
    ada.open_piece(PIECE)
    ada.write("Question", "Who helped you?")
    ada.button("Send to the student").click()
    ada.has_custody("device")
    network.mend()
    ada.has_custody("safe")
    maya.comes_back()
    maya.sees("Who helped you?")


def test_a_piece_counts_as_seen_only_after_two_seconds_in_the_foreground(visit: Open) -> None:
    maya = visit("maya")
    maya.write_note(PIECE)
    maya.has_custody("safe")
    ada = visit("ada")
    inbox_row(ada, PIECE)
    clock = ada.page.clock
    clock.install()
    ada.page.reload()
    inbox_row(ada, PIECE)
    clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))

    ada.open_piece(PIECE)
    ada.sees_heading("Feedback")
    comes_to_front(ada, front=False)
    clock.run_for(60_000)
    comes_to_front(ada, front=True)
    clock.run_for(1_900)
    ada.go("inbox")
    inbox_row(ada, PIECE)

    ada.open_piece(PIECE)
    ada.sees_heading("Feedback")
    clock.run_for(2_000)
    with ada.sends():
        clock.resume()
    ada.go("inbox")
    ada.sees("Nobody is waiting")
    maya.comes_back()
    maya.has_custody("seen")


def comes_to_front(visitor: Visitor, *, front: bool) -> None:
    """As when another tab covers the page, which a headless browser can't do."""
    visitor.page.evaluate(
        """(state) => {
            Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        "visible" if front else "hidden",
    )
