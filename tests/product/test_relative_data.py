"""`make run` keeps its data in a folder named relatively; whoever works elsewhere must find it too."""

from pathlib import Path

from pathfolio.settings import Settings


def test_the_data_folder_is_absolute_however_it_was_named() -> None:
    assert Settings(data=Path("data")).data == Path.cwd() / "data"
    assert Settings.from_environment({}).data.is_absolute()
