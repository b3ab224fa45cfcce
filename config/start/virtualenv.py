"""Makes .venv and installs requirements into it: `python3 -m config.start.virtualenv requirements.txt`.

What is installed stands in the file's lock beside it, each package by its hash, so that nobody in between can put
another one in its place; `sh config/start/lock` makes the locks. Standard library only, and neither ensurepip nor
python3-venv is needed: pip runs out of the wheel in vendor/
(docs/adr/starting-without-ensurepip.md). A second call finds its work done and takes a few milliseconds.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from config.paths import BASE

VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"
PIP_LOG = VENV / "pip.log"
SUPPORTED = "import sys; sys.exit(sys.version_info < (3, 11))"


def pip_wheel() -> Path:
    """The one pip wheel in vendor/."""
    (wheel,) = (BASE / "vendor").glob("pip-*.whl")
    return wheel


def is_usable() -> bool:
    """Whether .venv holds a Python that still runs: the one it was made from may have been removed since."""
    try:
        return subprocess.run([PYTHON, "-c", SUPPORTED], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make() -> None:
    """An environment without pip; by hand where the venv module is missing too."""
    try:
        import venv
    except ImportError:
        make_by_hand()
    else:
        venv.EnvBuilder(symlinks=True, clear=True).create(VENV)


def make_by_hand() -> None:
    original = Path(getattr(sys, "_base_executable", sys.executable))
    PYTHON.parent.mkdir(parents=True, exist_ok=True)
    PYTHON.unlink(missing_ok=True)
    PYTHON.symlink_to(original)
    (VENV / "pyvenv.cfg").write_text(f"home = {original.parent}\ninclude-system-site-packages = false\n")


def fingerprint(*files: Path) -> str:
    """Changes when the text of one of them changes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def marker_of(name: str) -> Path:
    return VENV / f"installed-{name}"


def lock_of(name: str) -> Path:
    return (BASE / name).with_suffix(".lock")


def wanted_of(name: str) -> str:
    return fingerprint(VENV / "pyvenv.cfg", lock_of(name))  # the first names the Python


def is_installed(name: str) -> bool:
    """Whether this very text was installed before."""
    return marker_of(name).exists() and marker_of(name).read_text() == wanted_of(name)


def install(name: str) -> None:
    """Installs the file's requirements as they are locked, unless that was done before."""
    if is_installed(name):
        return
    marker, lock, wanted = marker_of(name), lock_of(name), wanted_of(name)
    print(f"Installing {name}: a minute or two, and only when it has changed.", flush=True)
    run_pip(
        "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "-r", lock.name
    )
    fresh = marker.with_suffix(".new")
    fresh.write_text(wanted)
    fresh.replace(marker)


def run_pip(*arguments: str) -> None:
    with PIP_LOG.open("wb") as log:
        command = [str(PYTHON), str(pip_wheel() / "pip"), *arguments]
        environment = os.environ | {
            "PIP_USER": "0"
        }  # a personal pip setting that no environment of this kind allows
        done = subprocess.run(
            command, cwd=BASE, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    if done.returncode:
        tail = "\n".join(PIP_LOG.read_text(errors="replace").splitlines()[-12:])
        sys.exit(f"{tail}\npip could not install the requirements. Its whole output: {PIP_LOG}")


def main(names: list[str]) -> None:
    if names[:1] == [
        "--installed"
    ]:  # asked with the environment's own Python: that it runs is a part of the answer
        sys.exit(sys.version_info < (3, 11) or not all(map(is_installed, names[1:])))
    # One at a time: two starts in the same moment must not install over each other.
    turn = os.open(BASE / "requirements.txt", os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    if not is_usable():
        make()
    for name in names:
        install(name)


if __name__ == "__main__":
    main(sys.argv[1:])
