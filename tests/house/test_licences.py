"""Nothing that Pathfolio ships or runs on would force its own licence on a school's changes."""

import json
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The lesser GPL, the Mozilla licence and the like bind only changes to those libraries themselves.
BINDING = re.compile(r"\b(?:A?GPL|Affero|(?<!Lesser )General Public License)")


def licence(name: str) -> str:
    """What a distribution says of its licence, in any of the three ways there are."""
    about = metadata.metadata(name)
    classifiers = [c for c in about.get_all("Classifier", []) if c.startswith("License")]
    expressions = about.get_all("License-Expression", [])
    # Some put the licence's whole text here; its name stands at the beginning.
    texts = [text[:200] for text in about.get_all("License", [])]
    return " ".join([*expressions, *texts, *classifiers])


def test_no_python_library_at_run_time_is_under_a_binding_licence() -> None:
    locked = re.findall(
        r"^([\w.-]+)==[^ ]+( ;)?", (ROOT / "infra/locks/run.txt").read_text(), re.MULTILINE
    )
    # A marker after the version names another platform, where nothing can be asked here.
    names = [name for name, marker in locked if not marker]
    assert len(names) > 30
    assert [name for name in names if BINDING.search(licence(name))] == []


def test_no_library_in_the_client_is_under_a_binding_licence() -> None:
    packages = json.loads((ROOT / "pwa/package-lock.json").read_text())["packages"]
    shipped = {
        name: each["license"] for name, each in packages.items() if name and not each.get("dev")
    }
    assert "node_modules/svelte" in shipped
    assert {name for name, named in shipped.items() if BINDING.search(named)} == set()


def test_the_pattern_tells_the_binding_from_the_lesser() -> None:
    binding = [
        "GPL-2.0-or-later",
        "AGPL-3.0",
        "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    ]
    assert all(BINDING.search(each) for each in binding)
    lesser = [
        "LGPL-3.0-only",
        "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
        "MIT",
    ]
    assert not any(BINDING.search(each) for each in lesser)
