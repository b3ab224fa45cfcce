"""`python -m tests.tools.release_before COMMIT`: the release before still works on the schema of this one.

This checkout migrates a PostgreSQL; then the whole site of COMMIT (the last tag, where none is named) runs on it, and a
ward comes to life there: mails, a nurse, a family, a fever. At last this checkout reads the record that it left.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.first_ward import LEAD, SITE, Mailbox, as_the_proxy, open_the_ward
from tests.support import postgresql
from tests.support.fixtures_infra import BASE, start_process
from tests.tools.boot import free_port

ADD = (
    "clinic",
    "add",
    "Maple ward",
    "--lead",
    LEAD,
    "--number",
    "+49 30 1234577",
    "--time-zone",
    "Europe/Berlin",
)


def check_out(commit: str, folder: Path) -> Path:
    tree = folder / "before"
    tree.mkdir()
    with subprocess.Popen(["git", "-C", str(BASE), "archive", commit], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "--extract", "--directory", str(tree)], stdin=archive.stdout, check=True)
    (tree / ".venv").symlink_to(BASE / ".venv")
    return tree


def last_release() -> str:
    found = subprocess.run(
        ["git", "-C", str(BASE), "describe", "--tags", "--abbrev=0"], capture_output=True, text=True
    )
    return found.stdout.strip() or sys.exit("No release is tagged: name a commit.")


def manage(tree: Path, env: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=tree, env=os.environ | env, check=True)


def wait_until_it_answers(port: int, seconds: float = 120) -> None:
    late = time.monotonic() + seconds
    while True:
        connection = as_the_proxy(port)()
        try:
            connection.request("GET", "/health/ready", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        if time.monotonic() > late:
            sys.exit("The release before does not answer.")
        time.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit", nargs="?", help="or tag; else the last tag")
    commit = parser.parse_args().commit or last_release()
    folder = Path(tempfile.mkdtemp(prefix="nightlight-before-", dir="/tmp"))
    mailbox, port = Mailbox(), free_port()
    env = {
        "VAR_DIR": str(folder / "var"),
        "SITE_URL": f"https://{SITE}",
        "PROXIES": "1",
        "PORT": str(port),
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "REDIS_URL": "",
        "DEMO": "0",
        "LOG_LEVEL": "WARNING",
    }
    try:
        tree = check_out(commit, folder)
        with postgresql.server() as url:
            env["DATABASE_URL"] = url
            manage(BASE, env, "setup")
            site = start_process(
                [sys.executable, "-m", "config.start.serve"], env, folder / "site.log", folder=tree
            )
            try:
                wait_until_it_answers(port)
                manage(tree, env, *ADD)
                open_the_ward(as_the_proxy(port), mailbox)
            except SystemExit:
                print((folder / "site.log").read_text()[-4000:])
                raise
            finally:
                site.terminate()
                site.wait()
            manage(BASE, env, "audit", "verify")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{commit} opened a ward, answered a fever and told a nurse on this schema.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
