"""`python -m tests.faults.pooled`: rows of the fault table, with pgbouncer between the whole house and PostgreSQL.

In transaction mode, with fewer connections than the house has threads: each transaction may get another one. Needs
Debian's pgbouncer. At last it is asked whether a connection was left with what only one page had asked for.
"""

import argparse
import os
import pwd
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.house import House, house, wait_until_at_work
from tests.faults.many import chain_is_broken, doubled_keys, free_port
from tests.support import postgresql
from tests.support.fixtures_infra import end_process, start_process

ROWS = ("nothing", "two beats", "power cut")
SETTINGS = """[databases]
postgres = host=127.0.0.1 port={port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 500
server_reset_query_always = 0
"""


@contextmanager
def pgbouncer(port: int) -> Iterator[str]:
    """The URL of the database on `port`, by way of the pooler."""
    program = shutil.which("pgbouncer") or sys.exit("Install Debian's pgbouncer first.")
    with tempfile.TemporaryDirectory(prefix="nightlight-pool-", dir="/tmp") as name:
        folder, own = Path(name), free_port()
        folder.chmod(0o755)
        (folder / "pgbouncer.ini").write_text(SETTINGS.format(port=port, own=own))
        command = [program, str(folder / "pgbouncer.ini")]
        if os.geteuid() == 0:  # it refuses to run as root
            command[1:1] = ["--user", pwd.getpwnam("nobody").pw_name]
        process = start_process(command, {}, folder / "pgbouncer.log")
        try:
            time.sleep(0.5)
            if process.poll() is not None:
                sys.exit((folder / "pgbouncer.log").read_text())
            yield f"postgresql://postgres@127.0.0.1:{own}/postgres"
        finally:
            end_process(process)


def left_behind() -> str:
    """Nothing that one page has set may be what another one finds."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = set()
        for _connection in range(40):
            cursor.execute("SHOW lock_timeout")
            found.add(cursor.fetchone()[0])
    return "" if found == {"0"} else f"lock_timeout is left at {sorted(found)}"


def rows(whole: House, names: tuple[str, ...]) -> bool:
    from tests.faults import machine
    from tests.faults.stage import HEAD

    print(HEAD, flush=True)
    met = True
    for name in names:
        for row in machine.named(name):
            wait_until_at_work(whole)
            outcome = row.run(whole)
            print(outcome.row(), flush=True)
            met = met and outcome.is_met
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="*", default=ROWS, help="those with these words in their name")
    parser.add_argument(
        "--sabotage", action="store_true", help="the house knows of no pooler: it must turn red"
    )
    told = parser.parse_args()
    os.environ["DATABASE_POOLED"] = "0" if told.sabotage else "1"
    port = free_port()
    with postgresql.server(port=port), pgbouncer(port) as url, house(url) as whole:
        whole.begin()
        wait_until_at_work(whole)
        met = rows(whole, tuple(told.rows))
        faults = [left_behind(), chain_is_broken(), "two keys" if doubled_keys() else ""]
    print("\n".join(filter(None, faults)) or "No state was left in a connection, and the chain is whole.")
    return int((met and not any(faults)) is told.sabotage)


if __name__ == "__main__":
    sys.exit(main())
