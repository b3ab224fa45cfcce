"""A supervisor over the children that the command line describes: fake_site.py VAR '{"name": ["command", ...]}'."""

import json
import sys
from pathlib import Path

from config.start.supervisor import Process, Supervisor, end_leftovers

var, described = Path(sys.argv[1]), json.loads(sys.argv[2])
end_leftovers(var, list(described))
supervisor = Supervisor(
    var, [Process(name, command, outlives_the_others=name == "redis") for name, command in described.items()]
)
supervisor.listen()
supervisor.run()
