from __future__ import annotations

from pathfolio.access import page


def test_the_page_of_access_is_up_to_date() -> None:
    assert page.main(["--check"]) == 0, "run python -m pathfolio.access.page"
