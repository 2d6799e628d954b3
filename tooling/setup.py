"""Makes the checkout's virtual environment, or leaves it alone when it is as it should be; then runs Python in it.

Run by the scripts with any Python from 3.11 on and nothing installed; two scripts may run it at once.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(group: str, arguments: list[str]) -> NoReturn:
    """`setup.py product|dev …`: sets up what that group needs, then becomes the environment's `python …`."""
    signal.signal(signal.SIGTERM, _interrupt)
    with _only_one_at_a_time():
        if not _is_installed(group):
            _install(group)
        subprocess.run([PYTHON, "-m", "tooling.translations", "compile"], cwd=ROOT, check=True)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606  one process, so that a signal to the script reaches it


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    """Ends the installer that runs at the time, too."""
    raise KeyboardInterrupt


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    with (ROOT / "pyproject.toml").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_installed(group: str) -> bool:
    """The development environment holds all that the product needs, so it serves both."""
    groups = ("dev",) if group == "dev" else ("product", "dev")
    return any(_stamp(each).is_file() and _stamp(each).read_text() == _wanted(each) for each in groups)


def _stamp(group: str) -> Path:
    return VENV / f"freeslot-{group}.stamp"


def _wanted(group: str) -> str:
    """What the environment depends on: its place, its own Python and its pins; not the Python that happens to ask."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = hashlib.sha256(_pins(group).read_bytes() + json.dumps(project, sort_keys=True).encode()).hexdigest()
    return f"{ROOT}\n{_own_python()}\n{parts}\n"


def _pins(group: str) -> Path:
    return ROOT / ("requirements-dev.txt" if group == "dev" else "requirements.txt")


def _install(group: str) -> None:
    if not _can_be_added_to():
        print("Making the virtual environment in .venv", file=sys.stderr)
        _make_environment()
    print(f"Installing what the {'tests and checks need' if group == 'dev' else 'product needs'}", file=sys.stderr)
    # The pins are the whole set: left to look for dependencies, pip may take a newer release that has no hash here.
    _pip("--require-hashes", "--no-deps", "--requirement", str(_pins(group)))
    _pip("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))
    _stamp(group).write_text(_wanted(group))


def _can_be_added_to() -> bool:
    """Whether there is an environment, and still with the Python it was made with; its programs hold its full path.

    It may be in use, so it is not made anew just because another Python comes first now.
    """
    stamps = [stamp for group in ("product", "dev") if (stamp := _stamp(group)).is_file()]
    version = _own_python()
    return bool(version) and all(stamp.read_text().startswith(f"{ROOT}\n{version}\n") for stamp in stamps)


def _own_python() -> str:
    """The version of the environment's Python; empty where there is none that runs and is new enough."""
    asks = "import pip, sys; print(sys.version if sys.version_info >= (3, 11) else '')"
    try:
        asked = subprocess.run([PYTHON, "-c", asks], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _make_environment() -> None:
    _need_venv_module()
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def _need_venv_module() -> None:
    """Debian and Ubuntu ship Python's venv module as a package of its own."""
    if all(find_spec(module) for module in ("ensurepip", "venv")):
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"Python's venv module is missing: install it (Debian, Ubuntu: apt-get install {package}).")
    sys.path.insert(0, str(ROOT))
    from tooling.debian import install

    install(package)


def _pip(*arguments: str) -> None:
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        "install",
        "--quiet",
        *arguments,
    ]
    only_here = {"PIP_ROOT_USER_ACTION": "ignore", "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    subprocess.run(command, cwd=ROOT, env=os.environ | only_here, check=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except subprocess.CalledProcessError as failure:
        sys.exit(f"The set-up stopped: {' '.join(map(str, failure.cmd[:6]))} … ended with {failure.returncode}.")
    except KeyboardInterrupt:
        sys.exit(130)
