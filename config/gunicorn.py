"""The web server's settings: `gunicorn --config python:config.gunicorn config.wsgi`."""

import gc

from config import env
from config.json_logs import logging_settings

held = env.text("WEB_SOCKET")  # by config/start/serve.py, through the web server's end and its next start
bind = f"fd://{held}" if held else f"127.0.0.1:{env.number('PORT', 8000)}"
preload_app = True  # the workers share what is the same in all of them, and a new one is there at once
worker_class = "config.gunicorn_worker.PatientWorker"
workers = env.number("WEB_WORKERS", 2, least=1)
threads = 16
timeout = 30
keepalive = 15  # seconds of silence, also in the middle of a request: longer than a board waits to ask again
graceful_timeout = 8  # the supervisor waits ten seconds
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
logconfig_dict = logging_settings("WARNING")


def when_ready(server: object) -> None:
    """What was imported stays where it is: a worker that counts it among its garbage would copy it."""
    gc.collect()
    gc.freeze()
