import os
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection

from config import paths
from config.paths import broker_url, run_folder
from config.start import broker as embedded_redis
from tests.support.fixtures_infra import BASE, end_process, start_process
from tests.support.waiting import PATIENCE, wait_until

COMMAND = [sys.executable, "-m", "config.start.broker"]


def test_a_short_path_keeps_the_socket_in_the_house(tmp_path):
    assert run_folder(Path("/srv/nightlight/var")) == Path("/srv/nightlight/var/run")


def test_a_path_too_long_for_a_socket_gets_a_short_one_of_its_own():
    one, two = (run_folder(Path("/srv") / ("x" * 120) / name) for name in ("one", "two"))
    assert len(os.fsencode(one / "redis.sock")) < paths.LONGEST_SOCKET
    assert one != two


def test_letters_of_two_bytes_count_as_two():
    path = Path("/srv") / ("ü" * 45) / "var"
    assert len(str(path / "run" / "redis.sock")) < paths.LONGEST_SOCKET
    assert run_folder(path).parent != path


def test_the_folder_is_its_owners_alone(tmp_path):
    assert embedded_redis.make_private(tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_a_folder_laid_by_somebody_else_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "theirs")
    with pytest.raises(SystemExit, match="belongs to somebody else"):
        embedded_redis.make_private(tmp_path / "run")


@pytest.fixture
def odd_house(tmp_path_factory):
    """A path with all that people put into paths."""
    folder = Path("/tmp") / f"nightlight {os.getpid()} ü#%41"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-r", str(folder)], check=True)


def test_the_broker_answers_in_a_folder_with_blanks_and_signs(odd_house):
    process = start_process(COMMAND, {"VAR_DIR": str(odd_house)}, odd_house / "log")
    wait_until((odd_house / "run" / "redis.sock").exists, "the broker")
    with Connection(broker_url(odd_house)) as connection:
        assert connection.default_channel.client.ping()
    end_process(process)


def test_a_second_broker_leaves_the_first_alone(broker):
    var = Path(broker.removeprefix("redis+socket://")).parent.parent
    second = subprocess.run(
        COMMAND,
        cwd=BASE,
        env=os.environ | {"VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr
    with Connection(broker) as connection:
        assert connection.default_channel.client.ping()


def test_it_refuses_new_work_rather_than_forget_old_work(broker):
    with Connection(broker) as connection:
        settings = connection.default_channel.client.config_get("maxmemory*")
    assert settings["maxmemory-policy"] == "noeviction"
    assert int(settings["maxmemory"]) > 0
