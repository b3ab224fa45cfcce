"""A web worker whose threads get whole requests: a client that dawdles waits by itself and keeps nobody else waiting.

gunicorn's own reads a request in the thread that will answer it, however long that takes: as many slow clients as
there are threads, on purpose or on a bad line, and no parent is answered any more (docs/adr/whole-requests.md).
"""

import errno
import re
import socket
import time
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from gunicorn.workers.gthread import _DEFER, ThreadWorker

WITHIN = 30  # seconds for a whole request, from its first byte
HEAD = 64_000  # bytes
BODY = 250_000  # a little more than DATA_UPLOAD_MAX_MEMORY_SIZE, which a page refuses in its own words
PHOTO_BODY = (
    16_000_000  # of the one page that takes a file, which refuses in its own words what is over 10 MB
)
PHOTO_WITHIN = 120  # seconds: a photo as it is, over a bad line
PHOTO_SMALL = 600_000  # what a script has made smaller; larger ones take turns, for each is held twice
PHOTOS_AT_ONCE = 3
FAR_TOO_MUCH = PHOTO_BODY + 1
CHUNK_LINE = 8190  # bytes, as gunicorn has it
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
PHOTO = re.compile(rb"POST /logs/[0-9a-f-]{36}/photos/ HTTP/")
TOO_MUCH = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"
    b"This is too much for one page. Worried? Do not wait: call the number on your card.\n"
)
NOT_NOW = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain\r\nRetry-After: 60\r\n\r\n"
    b"Many photos come in at this moment. Your log is saved: send the photo again in a minute.\n"
    b"Worried? Do not wait: call the number on your card.\n"
)


class PatientWorker(ThreadWorker):
    """Looks at what has come. Until a request is whole, its connection waits in the poller without a thread."""

    photos: ClassVar[WeakValueDictionary[int, Any]] = WeakValueDictionary()
    """Connections with a large body, by their place in memory: one that is gone leaves by itself."""

    def handle(self, conn: Any) -> Any:
        """What gunicorn's does once a request is whole. Runs in a thread, and never waits for the client."""
        held = receive(conn)
        missing = lacks(held)
        if missing > most(held):
            return self.end(conn, TOO_MUCH)
        if len(held) + missing > PHOTO_SMALL and not self.has_room(conn):
            return self.end(conn, NOT_NOW)
        if missing > 0:  # half a form must not be taken for a whole one
            return self.end(conn) if is_over(conn) else _DEFER
        return self.answered(conn, held)

    def answered(self, conn: Any, held: "Held") -> Any:
        conn.data_ready, conn.held = True, Held()
        conn.init()
        conn.parser.unreader.unread(bytes(held))
        conn.parser.unreader.chunk = nothing_more
        try:
            return super().handle(conn) or self.end(conn)
        finally:
            self.photos.pop(id(conn), None)

    def has_room(self, conn: Any) -> bool:
        """Its place is free again once it is answered, ended or gone."""
        if id(conn) not in self.photos and len(self.photos) >= PHOTOS_AT_ONCE:
            return False
        self.photos[id(conn)] = conn
        return True

    def handle_request(self, req: Any, conn: Any) -> Any:
        """What gunicorn's does, but nobody takes longer than that to accept what is written."""
        conn.sock.settimeout(WITHIN)
        return super().handle_request(req, conn)

    def end(self, conn: Any, told: bytes = b"") -> bool:
        """Closes here and now: gunicorn waits seconds for a slow client's goodbye, in the loop that all share."""
        self.photos.pop(id(conn), None)
        try:
            conn.sock.setblocking(False)
            if told:
                conn.sock.send(told)
            conn.sock.shutdown(socket.SHUT_WR)
            while conn.sock.recv(65_536):  # what lies unread would turn the goodbye into a reset
                pass
        except OSError:
            pass
        conn.sock.close()
        return False


class Held(bytearray):
    """What has come of a request. `at`: how far its chunks are known, so that none is looked at twice."""

    at = 0


def nothing_more(size_hint: int | None = None) -> bytes:
    """Where gunicorn would wait for the client: where it sees more in a request than we do, that ends it."""
    raise ConnectionResetError(errno.ECONNRESET, "the request is not whole")


def receive(conn: Any) -> Held:
    """What has come of the next request, with what is there now."""
    conn.sock.setblocking(False)
    if not getattr(conn, "held", None):
        conn.held, conn.since, conn.ended = Held(), time.monotonic(), False
        if conn.parser:
            conn.held += conn.parser.unreader.take_buffered()
    in_one_go = len(conn.held) + HEAD + BODY  # others want the thread
    enough = min(in_one_go, HEAD + most(conn.held))
    try:
        while len(conn.held) < enough:
            came = conn.sock.recv(65_536)
            conn.held += came
            if not came:
                conn.ended = True
                break
    except BlockingIOError:
        pass
    except OSError:
        conn.ended = True
    return conn.held


def most(held: Held) -> int:
    """The bytes of a body that are let in: only one page takes a file."""
    return PHOTO_BODY if PHOTO.match(held) else BODY


def is_over(conn: Any) -> bool:
    """The client has hung up, or takes too long."""
    within = PHOTO_WITHIN if PHOTO.match(conn.held) else WITHIN
    return conn.ended or time.monotonic() - conn.since > within


def lacks(held: Held) -> int:
    """How many bytes are missing until the request is whole, as far as one knows. What is malformed lacks nothing."""
    end = held.find(b"\r\n\r\n") + 4
    if end < 4:
        return 1 if len(held) < HEAD else FAR_TOO_MUCH
    head = held[:end]
    if CHUNKED.search(head):
        return lacks_chunks(held, end) if len(held) < HEAD + BODY else FAR_TOO_MUCH
    length = max((int(found) for found in LENGTH.findall(head)), default=0)
    return (
        length - (len(held) - end) if length <= most(held) else FAR_TOO_MUCH
    )  # said by itself: it is not all read


def lacks_chunks(held: Held, start: int) -> int:
    """The same of a body in chunks, chunk by chunk: the data of one may look like the end of all."""
    held.at = max(held.at, start)
    while (line := held.find(b"\r\n", held.at, held.at + CHUNK_LINE)) >= 0:
        said = CHUNK_SIZE.fullmatch(held[held.at : line].partition(b";")[0].rstrip(b" \t"))
        if said is None:
            return 0
        size = int(said[0], 16)
        if size == 0:
            is_whole = held.startswith(b"\r\n", line + 2) or held.find(b"\r\n\r\n", line) >= 0
            return 0 if is_whole else 1
        if size > BODY:
            return FAR_TOO_MUCH
        if len(held) < line + 2 + size + 2:
            return line + 2 + size + 2 - len(held)
        if not held.startswith(b"\r\n", line + 2 + size):
            return 0
        held.at = line + 2 + size + 2
    return 1 if len(held) - held.at < CHUNK_LINE else 0
