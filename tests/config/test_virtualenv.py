"""The environment is made from whatever Python there is. pip itself runs in the trial that ./start is."""

import ast
import subprocess
import sys
import zipfile

import pytest

from config.start import virtualenv
from tests.support.fixtures_infra import BASE


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house with its files and a pip that only notes what it is asked for."""
    (tmp_path / "requirements.txt").write_text("thing==1\n")
    (tmp_path / "requirements.lock").write_text("thing==1 --hash=sha256:1\n")
    monkeypatch.setattr(virtualenv, "BASE", tmp_path)
    monkeypatch.setattr(virtualenv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(virtualenv, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


@pytest.fixture
def pip(house, monkeypatch):
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(virtualenv, "run_pip", lambda *arguments: asked.append(arguments))
    virtualenv.make_by_hand()
    return asked


def packages_of(python) -> str:
    command = [python, "-c", "import sys, sysconfig; print(sys.prefix, sysconfig.get_path('purelib'))"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("make", [virtualenv.make, virtualenv.make_by_hand])
def test_an_environment_is_made_with_or_without_the_venv_module(house, make):
    make()
    assert virtualenv.is_usable()
    prefix, packages = packages_of(virtualenv.PYTHON).split()
    assert prefix == str(house / ".venv")
    assert packages.startswith(prefix)


def test_no_ensurepip_is_needed(house, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    virtualenv.make()
    assert virtualenv.is_usable()


def test_without_the_venv_module_it_is_made_by_hand(house, monkeypatch):
    monkeypatch.setitem(sys.modules, "venv", None)
    virtualenv.make()
    assert virtualenv.is_usable()


def test_an_environment_whose_python_is_gone_is_made_anew(house, pip):
    virtualenv.PYTHON.unlink()
    virtualenv.PYTHON.symlink_to("/removed/python3.11")
    assert not virtualenv.is_usable()
    virtualenv.main([])
    assert virtualenv.is_usable()


def test_what_is_installed_is_not_installed_again(pip):
    virtualenv.install("requirements.txt")
    virtualenv.install("requirements.txt")
    ((*_install, hashes, _r, lock),) = pip
    assert (hashes, lock) == ("--require-hashes", "requirements.lock")


def test_a_second_start_asks_whether_all_is_installed_and_looks_no_further(house, pip):
    with pytest.raises(SystemExit) as before:
        virtualenv.main(["--installed", "requirements.txt"])
    virtualenv.install("requirements.txt")
    with pytest.raises(SystemExit) as after:
        virtualenv.main(["--installed", "requirements.txt"])
    assert (before.value.code, after.value.code) == (True, False)


def test_a_changed_file_is_installed(house, pip):
    virtualenv.install("requirements.txt")
    (house / "requirements.lock").write_text("thing==2 --hash=sha256:2\n")
    virtualenv.install("requirements.txt")
    assert len(pip) == 2


def test_an_installation_that_failed_is_tried_again(house, monkeypatch):
    virtualenv.make_by_hand()
    monkeypatch.setattr(virtualenv, "pip_wheel", lambda: house / "no-such-wheel")
    for _try in range(2):
        with pytest.raises(SystemExit, match="pip could not install"):
            virtualenv.install("requirements.txt")


def test_the_wheel_is_pip_and_whole():
    with zipfile.ZipFile(virtualenv.pip_wheel()) as wheel:
        assert wheel.testzip() is None
        assert "pip/__main__.py" in wheel.namelist()


@pytest.mark.parametrize(
    "name", ["start/virtualenv", "start/supervisor", "start/broker", "start/serve", "paths"]
)
def test_what_runs_before_the_requirements_needs_none_of_them(name):
    tree = ast.parse((BASE / "config" / f"{name}.py").read_text())
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
    foreign = {found.split(".")[0] for found in names} - set(sys.stdlib_module_names) - {"config"}
    assert not foreign
