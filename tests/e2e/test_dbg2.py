from tests.e2e.conftest import *
from tests.support.databases import *


def test_x(visit, server, network):
    maya = visit("maya")
    maya.page.wait_for_timeout(1500)
    maya.page.screenshot(path="/tmp/media-eng/d1.png")
    maya.open_capture()
    maya.page.wait_for_timeout(1500)
    maya.page.screenshot(path="/tmp/media-eng/d2.png")
    print(maya.complaints)
    print(maya.page.locator("dialog").all_inner_texts())
    print([x.get_attribute("accept") for x in maya.page.locator("input[type=file]").all()])
    assert 0
