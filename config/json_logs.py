"""One JSON line an event, and nothing in it that a person wrote (docs/adr/logs-by-allow-list.md).

Write `log.info("alert_raised", extra={"alert_id": alert.pk})`: of what is passed along, only the keys below are kept.
The text is kept as it stands in the code, without the values that a library would put into it, which may be an
address or a path. Of an exception its type and where it was raised, not its words.
"""

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any

from config.paths import BASE

KEYS = (
    *("request_id", "method", "route", "status", "milliseconds", "person"),
    *("task", "task_id", "child_id", "log_id", "alert_id", "message_id", "count", "seconds"),
)

# What every line of this request or task carries.
context: ContextVar[Mapping[str, Any]] = ContextVar("log_context", default=MappingProxyType({}))

MALFORMED = (
    "Invalid request from ip="  # gunicorn's, which goes on with what was sent: the end of a form, perhaps
)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = {**context.get(), **record.__dict__}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": text(record),
            **{key: told[key] for key in KEYS if key in told},
        }
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "where": places(record.exc_info[2])}
        return json.dumps(line, default=str)


def text(record: logging.LogRecord) -> str:
    """As it stands in the code; an exception's words, which Django passes as the text, do not count as code."""
    if str(record.msg).startswith(MALFORMED):
        return "Invalid request"
    words = str(record.exc_info[1]) if record.exc_info else ""
    return str(record.msg).replace(words, "(its words)") if words else str(record.msg)


def places(trace: TracebackType | None) -> list[str]:
    """The ten innermost, as `tracker/operations/tasks.py:12 sweep`."""
    found = []
    while trace:
        code = trace.tb_frame.f_code
        file = code.co_filename.removeprefix(f"{BASE}/").rpartition("site-packages/")[2]
        found.append(f"{file}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-10:]


def logging_settings(level: str) -> dict[str, Any]:
    """For logging.config.dictConfig. 4xx pages have their line already: config/middleware.py writes one a request."""
    ours = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.json_logs.JsonLines"}},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}
        },
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": ours,
            "django.request": ours | {"level": "ERROR"},
            "gunicorn.error": ours | {"level": "WARNING"},
            "gunicorn.access": ours | {"level": "CRITICAL"},
            "celery.app.trace": ours | {"level": "WARNING"},
            "celery.worker.strategy": ours | {"level": "WARNING"},
        },
    }
