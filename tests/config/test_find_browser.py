import os
import subprocess

import pytest

from tests.support.fixtures_infra import BASE


@pytest.fixture
def machine(tmp_path):
    """A machine whose programs are only those that a test puts there."""

    def add(name: str, text: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    def find(**env: str) -> subprocess.CompletedProcess[str]:
        command = ["/bin/sh", "tests/support/find-browser"]
        return subprocess.run(
            command, cwd=BASE, env=env | {"PATH": str(tmp_path)}, capture_output=True, text=True
        )

    find.add = add
    return find


def install(folder: str) -> str:
    """What apt-get would do, of which the last step counts."""
    made = f'printf "#!/bin/sh\\n" > {folder}/chromium; /bin/chmod +x {folder}/chromium'
    return f'case "$*" in install*chromium*) {made};; esac'


def test_the_browser_that_is_named_comes_first(machine, tmp_path):
    machine.add("chromium", "")
    machine.add("my browser", "")
    assert machine(CHROMIUM=str(tmp_path / "my browser")).stdout == f"{tmp_path / 'my browser'}\n"


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_a_browser_of_the_machine_is_found(machine, tmp_path, name):
    machine.add(name, "")
    assert machine().stdout == f"{tmp_path / name}\n"


def test_a_ci_machine_installs_one(machine, tmp_path):
    machine.add("id", "echo 0")
    machine.add("apt-get", install(str(tmp_path)))
    assert machine(CI="true").stdout == f"{tmp_path / 'chromium'}\n"


@pytest.mark.parametrize(("env", "user"), [({}, 0), ({"CI": "true"}, 1000)])
def test_anybody_else_is_told_in_one_line_and_nothing_is_installed(machine, tmp_path, env, user):
    machine.add("id", f"echo {user}")
    machine.add("apt-get", install(str(tmp_path)))
    told = machine(**env)
    assert told.returncode == 1
    assert "apt-get install chromium" in told.stderr
    assert told.stderr.count("\n") == 1
    assert not os.path.exists(tmp_path / "chromium")
