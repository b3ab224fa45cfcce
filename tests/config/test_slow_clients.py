"""The real web server, with more slow clients than it has threads: a parent's log is answered all the same."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.test import Client
from django.urls import reverse
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from config import gunicorn_worker
from config.gunicorn_worker import PatientWorker
from config.start.serve import answers
from tests.support.fixtures_infra import database_url, end_process, start_process
from tests.support.waiting import wait_until
from tracker.models import Child, SymptomLog, User

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16  # config/gunicorn.py, in the one process that this test starts
CROWD = 3 * THREADS
AT_ONCE = 5  # seconds; it takes a tenth of one, on a machine with nothing else to do
GET = b"GET /check/ HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /check/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SLOW = {
    "nothing at all": b"",
    "half a line": b"GET /che",
    "headers without an end": GET + b"X-A: b\r\n",
    "a body that does not come": POST + b"Content-Length: 1000\r\n\r\n",
    "half a body": POST + b"Content-Length: 1000\r\n\r\n" + b"note=" + b"x" * 400,
    "a chunk without an end": POST + b"Transfer-Encoding: chunked\r\n\r\n400\r\nnote=",
    "a chunk that looks like the end": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n",
    "a second chunk that looks like it": POST
    + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\nA\r\n\r\n0\r\n\r\n",
    "an end without an end": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n",
    "a hundred megabytes to come": POST + b"Content-Length: 100000000\r\n\r\n" + b"note=" + b"x" * 400,
    "headers that never end": GET + b"X-A: b\r\n" * 20_000,
    "empty lines": b"\r\n\r\n",
    "a length with a blank": POST + b"Content-Length : 1000\r\n\r\n",
    "a folded length": POST + b"Content-Length:\r\n 1000\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 1000\r\n\r\nnote=",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "nonsense, and no goodbye": b"\x00\x01\x02 /\r\n\r\n",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(var: Path) -> Iterator[int]:
    """The port of a web server as ./start runs it, on the test database."""
    port = free_port()
    env = {"PORT": str(port), "VAR_DIR": str(var), "WEB_WORKERS": "1", "DATABASE_URL": database_url()}
    env |= {"SECRET_KEY": settings.SECRET_KEY, "AUDIT_KEY": settings.AUDIT_KEY, "DEMO": "0"}
    env |= {"REDIS_URL": f"redis+socket://{var}/no.sock", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
    process: subprocess.Popen[bytes] = start_process(command, env, var / "web.log")
    try:
        wait_until(lambda: answers(port), "the web process to answer")
        yield port
    finally:
        end_process(process)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def start_once(folder: Path) -> Iterator[Callable[[], int]]:
    """One web server for the module, with the clock of the first test that asks for it."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(served(folder)))


@pytest.fixture
def web(start_once: Callable[[], int]) -> int:
    return start_once()


def phone_of(user: User, child: Child, port: int) -> tuple[requests.Session, str, str]:
    """A phone with the form open: the session, where it is sent to, what was filled in."""
    signed_in = Client()
    signed_in.force_login(user)
    phone, site = requests.Session(), f"http://localhost:{port}"
    phone.cookies.set("session", signed_in.cookies["session"].value, domain="localhost.local")
    page = phone.get(site + reverse("log-new", args=[child.pk]), timeout=AT_ONCE).text
    typed = {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]}
    typed |= {"client_uuid": str(uuid4()), "unit": "C", "when": "0", "temperature": "38.4"}
    return phone, site + reverse("logs", args=[child.pk]), urlencode(typed | {"sign-chills": "severe"})


def log_by(user: User, child: Child, port: int) -> float:
    """Sends the form and reads the answer; how long that took."""
    phone, where, typed = phone_of(user, child, port)
    began = time.monotonic()
    answer = phone.post(where, typed, headers=FORM, timeout=AT_ONCE)
    assert "Call your care team now" in answer.text
    return time.monotonic() - began


@pytest.mark.hazard("H24")
def test_a_crowd_of_slow_clients_keeps_no_parent_waiting(web: int, child: Child, mother: User) -> None:
    slow = []
    try:
        for sent in SLOW.values():
            for _client in range(CROWD):
                one = socket.create_connection(("127.0.0.1", web))
                slow.append(one)
                with suppress(ConnectionError):
                    one.sendall(sent)
        assert log_by(mother, child, web) < AT_ONCE
        for one in slow[: 3 * CROWD : 2]:
            one.send(b"x")  # another byte, now and then
        assert log_by(mother, child, web) < AT_ONCE
    finally:
        for one in slow:
            one.close()
    assert SymptomLog.objects.count() == 2


CHUNKED = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.hazard("H24")
def test_each_chunk_is_as_long_as_it_says() -> None:
    whole = CHUNKED + b"5;a=b\r\n0\r\n\r\n\r\nA\r\n0123456789\r\n"
    for end in (b"0\r\n\r\n", b"000;x\r\n\r\n", b"0\r\nX-A: b\r\n\r\n"):
        held = gunicorn_worker.Held()
        for byte in whole + end:
            assert gunicorn_worker.lacks(held) > 0
            held.append(byte)
        assert gunicorn_worker.lacks(held) == 0
    for malformed in (b"x\r\n", b"-1\r\n", b"\r\n", b"0x5\r\n", b"1\r\nxyz", b"5" * 9000):
        assert gunicorn_worker.lacks(gunicorn_worker.Held(CHUNKED + malformed)) == 0, malformed
    assert gunicorn_worker.lacks(gunicorn_worker.Held(CHUNKED + b"FFFFFFF\r\n")) > gunicorn_worker.BODY


@pytest.mark.parametrize("length", [gunicorn_worker.BODY + 1, 360_000, 540_000, 10**9])
@pytest.mark.parametrize("came", [0, 1, gunicorn_worker.BODY, gunicorn_worker.HEAD + gunicorn_worker.BODY])
def test_a_body_that_is_too_long_by_its_own_word_is_refused_at_once(length: int, came: int) -> None:
    """However much of it has come: it is never read to its end, and what is missing alone looks as if it might be."""
    head = f"POST /check/ HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
    assert gunicorn_worker.lacks(gunicorn_worker.Held(head + b"a" * came)) == gunicorn_worker.FAR_TOO_MUCH


def test_a_body_in_chunks_is_answered_at_once(web: int) -> None:
    """No browser sends a form so, and Django reads none: it is asked to send it again, with the numbers."""
    for pieces in ((CHUNKED, b"1\r\nx\r\n", b"0\r\n\r\n"), (CHUNKED + b"1\r\nx\r\n0\r\nX-A: b\r\n\r\n",)):
        answer = exchange(web, *pieces)
        assert answer.startswith(b"HTTP/1.1 422")
        assert b'href="tel:' in answer


@pytest.mark.hazard("H24")
def test_a_thread_never_waits_for_a_client_whatever_we_take_for_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where gunicorn sees more in a request than we do, the request ends: nobody holds a thread by that."""
    ours, theirs = socket.socketpair()
    conn = SimpleNamespace(sock=ours, parser=None, initialized=True)
    conn.init = lambda: setattr(conn, "parser", SimpleNamespace(unreader=SocketUnreader(ours)))
    monkeypatch.setattr(gunicorn_worker, "lacks", lambda held: 0)
    monkeypatch.setattr(ThreadWorker, "handle", lambda self, conn: conn.parser.unreader.read(10_000))
    theirs.sendall(POST)
    with pytest.raises(ConnectionResetError):
        PatientWorker.__new__(PatientWorker).handle(conn)


PHOTO = f"POST /logs/{uuid4()}/photos/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
MULTIPART = b"Content-Type: multipart/form-data; boundary=x\r\n"


def of_length(length: int) -> bytes:
    """A photo as a form without scripts sends it."""
    body = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body += b"\xff" * length + b"\r\n--x--\r\n"
    return PHOTO + MULTIPART + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.hazard("H48")
def test_one_page_takes_a_file_and_the_others_none(web: int) -> None:
    assert exchange(web, of_length(10_000_000)).startswith(b"HTTP/1.1 403")  # let in: it asks who that is
    assert exchange(web, of_length(17_000_000)).startswith(b"HTTP/1.1 413")
    other = of_length(400_000).replace(b"/photos/", b"/called/")
    assert exchange(web, other).startswith(b"HTTP/1.1 413")


@pytest.mark.hazard("H24")
def test_large_photos_that_never_end_keep_no_log_and_no_small_photo_waiting(
    web: int, child: Child, mother: User
) -> None:
    slow = [socket.create_connection(("127.0.0.1", web)) for _one in range(CROWD)]
    try:
        for one in slow:
            with suppress(ConnectionError):
                one.sendall(of_length(5_000_000)[:900_000])
        assert log_by(mother, child, web) < AT_ONCE
        assert exchange(web, of_length(400_000)).startswith(b"HTTP/1.1 403")
        assert b"Your log is saved" in exchange(web, of_length(5_000_000))
    finally:
        for one in slow:
            one.close()
    wait_until(lambda: exchange(web, of_length(5_000_000)).startswith(b"HTTP/1.1 403"), "room for a photo")


def exchange(port: int, *pieces: bytes) -> bytes:
    """Sends piece by piece, and reads until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=AT_ONCE) as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(ConnectionError):
            for piece in pieces:
                one.sendall(piece)
        return b"".join(iter(lambda: one.recv(65_536), b""))


LAST = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
AGAIN = LAST.replace(b"Connection: close\r\n", b"")


def test_what_comes_in_pieces_or_all_at_once_is_answered(web: int) -> None:
    form = b"therapy=tisagenlecleucel&temperature=38.4&unit=C&when=0"
    post = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(form) + form
    for size in (1, 7, 100, 10_000):
        sent = [post[at : at + size] for at in range(0, len(post), size)]
        assert b"Call your care team now" in exchange(web, *sent), size
    assert exchange(web, AGAIN, AGAIN, LAST).count(b"HTTP/1.1 200") == 3
    assert exchange(web, AGAIN + AGAIN + LAST).count(b"HTTP/1.1 200") == 3


@pytest.mark.hazard("H16")
def test_half_a_log_is_no_log(web: int, child: Child, mother: User) -> None:
    """A line that breaks off in the middle: 38.4 must not become 38, nor a severe sign none."""
    phone, where, typed = phone_of(mother, child, web)
    request = phone.prepare_request(requests.Request("POST", where, data=typed, headers=FORM))
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    sent = f"POST {request.path_url} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{typed}".encode()
    for missing in (1, 10, 25, len(typed), len(typed) + 5):
        with socket.create_connection(("127.0.0.1", web), timeout=AT_ONCE) as one:
            one.sendall(sent[:-missing])
            one.shutdown(socket.SHUT_WR)
            assert one.recv(1) == b"", missing
    assert not SymptomLog.objects.exists()
    assert "Call your care team now" in phone.post(where, typed, headers=FORM, timeout=AT_ONCE).text
    assert SymptomLog.objects.count() == 1


def test_what_is_too_much_is_refused_at_once_with_whom_to_call(web: int) -> None:
    for length in (b"Content-Length: 100000000", b"Content-Length: 99999999999999999"):
        said = exchange(web, POST + length + b"\r\n\r\n" + b"note=")
        assert said.startswith(b"HTTP/1.1 413")
        assert b"call the number on your card" in said
    chunks = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    assert exchange(web, POST + b"Transfer-Encoding: chunked\r\n\r\n", *[chunks] * 20).startswith(
        b"HTTP/1.1 413"
    )
    assert exchange(web, GET + b"X-A: b\r\n" * 20_000).startswith(b"HTTP/1.1 413")
    refused = exchange(web, POST + b"Connection: close\r\nContent-Length: 230000\r\n\r\n" + b"x" * 230_000)
    assert refused.startswith(b"HTTP/1.1 400")
    assert b"tel:" in refused  # the page's own words


@pytest.mark.hazard("H23")
def test_what_cannot_be_read_as_a_request_is_not_written_to_the_log(web: int, folder: Path) -> None:
    """A form that is longer than it said: its end is taken for the next request."""
    log, rest = folder / "web.log", b"note=Qzx&temperature=39.87 chills\r\n\r\n"
    before = log.read_text()
    said = exchange(web, POST + b"Content-Length: 5\r\n\r\nnote=" + rest)
    assert b"HTTP/1.1 400" in said
    wait_until(lambda: "Invalid request" in log.read_text().removeprefix(before), "the line about it")
    assert not re.findall(r"Qzx|39\.87|chills|127\.0\.0\.1", log.read_text())


def test_who_is_not_done_after_half_a_minute_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    conn = SimpleNamespace(sock=ours, parser=None)
    worker = PatientWorker.__new__(PatientWorker)
    theirs.sendall(GET)
    assert worker.handle(conn) is _DEFER
    conn.since -= gunicorn_worker.WITHIN + 1
    theirs.sendall(b"X-A")
    assert worker.handle(conn) is False
    assert theirs.recv(1) == b""
