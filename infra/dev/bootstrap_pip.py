"""Makes a virtual environment with pip in it, also where Python came without `ensurepip`.

Debian and Ubuntu keep `ensurepip` in a package of its own (python3-venv). Without it, pip is taken from what
the machine has: a pip of the base Python, uv, or the wheel inside Debian's package python3-pip-whl, which apt
downloads and dpkg-deb unpacks without root.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HELP = (
    "pip could not be had on this machine. Install the package python3-venv (Debian, Ubuntu) "
    "or a Python that brings pip, then run the same command again."
)


def quiet(*command: str | Path, env: dict[str, str] | None = None, cwd: Path | None = None) -> bool:
    """Did the command succeed? What it says is dropped: another way may still work."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **env} if env else None,
    )
    return done.returncode == 0


def has_pip(python: Path) -> bool:
    return python.exists() and quiet(python, "-c", "import pip")


def pip_from_base(python: Path) -> bool:
    """The pip of the Python that runs this, or uv."""
    base = quiet(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip")
    uv = shutil.which("uv")
    return base or bool(uv and quiet(uv, "pip", "install", "--python", python, "pip"))


def installed_wheel() -> Path | None:
    """The wheel that Debian's python3-pip-whl left on this machine, if any."""
    return next(iter(sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))), None)


def pip_from_wheel(python: Path, wheel: Path) -> bool:
    # A wheel is a zip file that Python can run from; pip then installs that very file, without a network.
    return quiet(python, wheel / "pip", "install", "--no-index", "--quiet", wheel)


def pip_from_apt(python: Path) -> bool:
    if wheel := installed_wheel():
        return pip_from_wheel(python, wheel)
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    with tempfile.TemporaryDirectory(prefix="pathfolio-pip-") as name:
        folder = Path(name)
        if not (
            quiet("apt-get", "download", "python3-pip-whl", cwd=folder)
            or fetch_with_own_lists(folder)
        ):
            return False
        package = next(folder.glob("*.deb"))
        if not quiet("dpkg-deb", "-x", package, folder / "unpacked"):
            return False
        wheel = next(folder.glob("unpacked/usr/share/python-wheels/pip-*.whl"))
        return pip_from_wheel(python, wheel)


def fetch_with_own_lists(folder: Path) -> bool:
    """A fresh machine has no package lists and only root may fetch them: keep our own, in `folder`."""
    own = [
        "-o",
        f"Dir::State::Lists={folder}/lists",
        "-o",
        f"Dir::Cache={folder}/cache",
        "-o",
        "Debug::NoLocking=1",
    ]
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    return quiet("apt-get", *own, "update") and quiet(
        "apt-get", *own, "download", "python3-pip-whl", cwd=folder
    )


def make_environment(venv: Path, say: Callable[[str], None]) -> None:
    """Makes `venv` with pip unless it is there and works; exits with a sentence where that cannot be done."""
    python = venv / "bin" / "python"
    stamp = venv / "stamps" / "pip"
    if stamp.is_file() and stamp.read_text() == sys.version and python.exists():
        return
    if not has_pip(python):
        say("making the virtual environment")
        shutil.rmtree(venv, ignore_errors=True)
        if not quiet(sys.executable, "-m", "venv", venv):
            shutil.rmtree(venv, ignore_errors=True)
            if not quiet(sys.executable, "-m", "venv", "--without-pip", venv):
                sys.exit(f"set-up: {sys.executable} cannot make a virtual environment. {HELP}")
            say("this Python has no ensurepip: taking pip from elsewhere")
            if not (pip_from_apt(python) or pip_from_base(python)) or not has_pip(python):
                shutil.rmtree(venv, ignore_errors=True)
                sys.exit(f"set-up: {HELP}")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(sys.version)
