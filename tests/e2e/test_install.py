"""Pathfolio as an installed app."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Start


def test_a_browser_may_install_it_and_start_it_without_a_network(own_browser: Start) -> None:
    maya = own_browser()
    maya.go("")
    maya.sign_in("maya")
    maya.ready_for_offline()
    browser = maya.context.new_cdp_session(maya.page)
    manifest: dict[str, Any] = browser.send("Page.getAppManifest")
    assert manifest["url"].endswith("/manifest.webmanifest")
    assert manifest["errors"] == []
    obstacles = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert obstacles == []
    start = maya.page.evaluate(
        """async () => {
            const link = document.querySelector("link[rel=manifest]").href;
            return new URL((await (await fetch(link)).json()).start_url, link).href;
        }"""
    )
    maya.network.cut()
    maya.page.goto(start)
    maya.sees("Show who you are becoming")
