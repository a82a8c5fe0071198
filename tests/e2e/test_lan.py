"""`LAN=1`: a phone on the same network that trusts the authority gets a secure context, and everything works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect

from pathfolio.demo import passwords
from pathfolio.lan import LanAddress, lan_address
from pathfolio.settings import Settings
from tests.commands.served import Served, serving
from tests.e2e.visitor import PHONE, SLOW
from tests.support.chromium import launch_arguments
from tests.support.parts import missing
from tests.support.running import free_port
from tests.support.small_school import PASSWORD, prepare


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """The small school, in place of the demo school, served to the network."""
    data = tmp_path / "data"
    data.mkdir()
    prepare(f"sqlite:///{data / 'pathfolio.sqlite'}")
    passwords.remember(Settings(data=data), PASSWORD)
    with serving(data, "--lan", "--demo", port=free_port()) as started:
        yield started


@pytest.fixture
def address(served: Served, tmp_path: Path) -> LanAddress:
    return LanAddress.made(tmp_path / "data", served.port)


@pytest.fixture
def trusting(
    browser_type: BrowserType, chromium: str, address: LanAddress, tmp_path: Path
) -> Iterator[Browser]:
    """A browser whose person imported the authority's certificate, and did nothing else."""
    certutil = shutil.which("certutil")
    if certutil is None:
        missing("certutil", "Debian and Ubuntu: apt install libnss3-tools")
    store = tmp_path / "home" / ".pki" / "nssdb"
    store.mkdir(parents=True)
    database = ("-d", f"sql:{store}")
    subprocess.run([certutil, *database, "-N", "--empty-password"], check=True)
    trust = ("-A", "-n", "pathfolio", "-t", "C,,", "-i", str(address.authority))
    subprocess.run([certutil, *database, *trust], check=True)
    browser = browser_type.launch(
        executable_path=chromium,
        args=launch_arguments(),
        env={**os.environ, "HOME": str(tmp_path / "home")},
    )
    yield browser
    browser.close()


def new_password(served: Served) -> str:
    """The one that was made for this run, as the terminal shows it."""
    assert served.process.stdout
    for line in served.process.stdout:
        if found := re.match(r"The password of everybody .*: (.+)$", line):
            return found[1]
    raise AssertionError("no password was told")


def test_a_phone_on_the_network_signs_in_over_https_and_is_ready_to_work_offline(
    served: Served, address: LanAddress, trusting: Browser
) -> None:
    assert served.said[-1] == f"Ready: https://{lan_address()}:{served.port}"
    password = new_password(served)
    assert password != PASSWORD
    context = trusting.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="en-US", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(SLOW)
    page.goto(address.url)
    assert page.evaluate("window.isSecureContext") is True
    assert (
        page.evaluate("navigator.serviceWorker.ready.then((each) => each.active.scriptURL)")
        == f"{address.url}/sw.js"
    )
    for attempt, accepted in ((PASSWORD, False), (password, True)):
        page.get_by_label("User name").fill("maya")
        page.get_by_label("Password", exact=True).fill(attempt)
        page.get_by_role("button", name="Sign in", exact=True).click()
        if accepted:
            expect(page.get_by_role("button", name="Add work", exact=True).first).to_be_visible(
                timeout=SLOW
            )
        else:
            expect(page.get_by_role("alert").first).to_be_visible(timeout=SLOW)
    (cookie,) = [each for each in context.cookies() if each["name"].startswith("__Host-")]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("button", name="Add work", exact=True).first).to_be_visible(
        timeout=SLOW
    )
    context.close()


def test_a_browser_that_was_not_told_to_trust_refuses(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        page.goto(f"https://{lan_address()}:{served.port}")
    page.close()


def test_the_page_on_how_to_trust_opens_in_a_browser(
    browser: Browser, served: Served, address: LanAddress
) -> None:
    page = browser.new_page()
    page.goto(address.trust_url)
    expect(page.get_by_role("heading", name="Trust this Pathfolio")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the certificate").click()
    assert download.value.path().read_bytes() == address.authority.read_bytes()
    page.close()
