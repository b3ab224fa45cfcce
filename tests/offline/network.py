"""The network between a phone and the site: it carries, it breaks, or something else answers in the site's place."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOTEL = b"<!doctype html><title>Welcome</title><h1>Welcome to the hotel. Room number?</h1>"
OF_A_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Network(ThreadingHTTPServer):
    """`state`: "up", "down" (no connection), "hotel" (200, another page), "lost" (the answer gets lost) or a status."""

    daemon_threads = True
    state: str | int = "up"
    only = ""  # the state holds for addresses that begin so

    def __init__(self, site: str) -> None:
        super().__init__(("localhost", 0), Carrier)
        self.site = site.removeprefix("http://")
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A phone that went away is no fault here."""


class Carrier(BaseHTTPRequestHandler):
    server: Network
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        pass

    def carry(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state = self.server.state if self.path.startswith(self.server.only) else "up"
        self.server.asked.append(f"{self.command} {self.path}")
        if state == "down":
            return self.cut()
        if state == "hotel":
            return self.say(200, [("Content-Type", "text/html")], HOTEL)
        if isinstance(state, int):
            return self.say(state, [("Content-Type", "text/html")], b"<h1>Gateway</h1>")
        status, headers, text = self.asked_there(body)
        if state == "lost":
            return self.cut()
        return self.say(status, headers, text)

    def asked_there(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        with closing(HTTPConnection(self.server.site, timeout=30)) as there:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_A_HOP}
            there.request(self.command, self.path, body, headers)
            answer = there.getresponse()
            text = answer.read()
            return answer.status, answer.getheaders(), text

    def say(self, status: int, headers: list[tuple[str, str]], text: bytes) -> None:
        with suppress(OSError):
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in OF_A_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

    def cut(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_HEAD = carry


@contextmanager
def network(site: str) -> Iterator[Network]:
    carrier = Network(site)
    thread = threading.Thread(target=carrier.serve_forever, daemon=True)
    thread.start()
    try:
        yield carrier
    finally:
        carrier.shutdown()
        carrier.server_close()
        thread.join()
