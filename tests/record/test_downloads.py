"""Files from a mirror or from their public homes, checked."""

import threading
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from threefold.record.downloads import fetch
from threefold.record.errors import InputError

SUM = sha256(b"content").hexdigest()
LONG = b"content" * 1000
LONG_SUM = sha256(LONG).hexdigest()


@pytest.fixture
def home(tmp_path):
    """A public home on loopback that has the file `right`, and a `wrong` one."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "right").write_bytes(b"content")
    (tmp_path / "home" / "wrong").write_bytes(b"another")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=tmp_path / "home"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_mirror_goes_before_the_homes(tmp_path):
    (tmp_path / "copy").write_bytes(b"content")
    fetch(tmp_path / "file", SUM, tmp_path / "copy", ["http://127.0.0.1:9/never"])
    assert (tmp_path / "file").read_bytes() == b"content"


def test_the_next_home_is_asked_where_one_fails_or_has_another_file(tmp_path, home):
    fetch(tmp_path / "file", SUM, tmp_path / "copy", [f"{home}/missing", f"{home}/wrong", f"{home}/right"])
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_file_that_is_nowhere_to_be_had_is_named_with_the_reasons(tmp_path, home):
    with pytest.raises(InputError, match=r"missing: HTTPError; .*wrong: SHA-256 .*, expected") as caught:
        fetch(tmp_path / "file", SUM, None, [f"{home}/missing", f"{home}/wrong"])
    assert "data.mirror" in str(caught.value) and not list(tmp_path.glob("*file*"))


@pytest.fixture
def breaking():
    """A home that breaks off after 4000 bytes, twice, and knows ranges at /ranges; what ranges it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers["Range"])
            first = int(asked[-1][6:-1]) if asked[-1] and self.path == "/ranges" else 0
            self.send_response(206 if first else 200)
            self.send_header("Content-Length", str(len(LONG) - first))
            self.end_headers()
            self.wfile.write(LONG[first : first + (4000 if len(asked) < 3 else 7000)])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_that_breaks_off_goes_on_where_it_stood(tmp_path, breaking):
    home, asked = breaking
    fetch(tmp_path / "file", LONG_SUM, None, [f"{home}/ranges"])
    assert asked == [None, "bytes=3072-"]  # whole blocks are kept
    assert (tmp_path / "file").read_bytes() == LONG
    assert len(list(tmp_path.iterdir())) == 1


def test_a_later_run_goes_on_and_a_home_without_ranges_is_asked_for_the_whole(tmp_path, breaking):
    home, asked = breaking
    with pytest.raises(InputError, match="could not be downloaded"):
        fetch(tmp_path / "file", LONG_SUM, None, [f"{home}/whole"])
    assert (tmp_path / ".file.download").exists()
    assert not (tmp_path / "file").exists()
    fetch(tmp_path / "file", LONG_SUM, None, [f"{home}/whole"])
    assert asked[-1] is None
    assert (tmp_path / "file").read_bytes() == LONG


def test_without_leave_to_download_the_mirror_is_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"copy: not in the mirror; set data\.mirror"):
        fetch(tmp_path / "file", SUM, tmp_path / "copy", [])
