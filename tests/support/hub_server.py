"""A Hugging Face hub on loopback, for tests and the benchmark: its own paths and headers, and faults on request."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = (".safetensors", ".bin")  # files that the hub redirects to its storage


class Hub(ThreadingHTTPServer):
    """Serves the folder `root`/<revision>/ as the repository `repository`.

    faults: what the storage does to its next answers, in turn: "500", "truncate", "stall", "expire", "swap" (another
    ETag). corrupt: every whole file has a wrong byte. ranges: whether ranges are honoured. token: what access needs.
    """

    daemon_threads = True
    repository = "lab/model"

    def __init__(self, root: Path):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.faults: list[str] = []
        self.corrupt, self.ranges, self.token = False, True, None
        self.sent, self.seen, self.lock = 0, [], threading.Lock()
        self.sums: dict[Path, str] = {}
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.storage = f"http://localhost:{self.server_port}"  # another host, as the hub's storage is

    def etag(self, path: Path) -> str:
        if path not in self.sums:
            with path.open("rb") as file:
                digest = sha256()
                while piece := file.read(1 << 24):
                    digest.update(piece)
            self.sums[path] = digest.hexdigest()
        return self.sums[path]

    def handle_error(self, request, client_address):
        """Connections broken by the client are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def log_message(self, *_):
        pass

    def _answer(self, body: bool) -> None:
        hub, parts = self.server, self.path.split("?")[0].strip("/").split("/")
        with hub.lock:
            hub.seen.append((self.command, self.path, dict(self.headers)))
        if parts[0] == "storage":
            return self._storage(hub.root / "/".join(parts[1:]), body)
        api = parts[:2] == ["api", "models"]
        repository, revision, file = (
            ("/".join(parts[2:4]), parts[5] if len(parts) > 5 else "main", "")
            if api
            else ("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        )
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            return self._send(401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        if repository != hub.repository:
            return self._send(401, b"", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        commits = {COMMIT: "main"} | {sha256(d.name.encode()).hexdigest()[:40]: d.name for d in hub.root.iterdir()}
        revision = commits.get(revision, revision)
        folder = hub.root / revision
        if not folder.is_dir():
            return self._send(404, b"", {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id"})
        commit = COMMIT if revision == "main" else sha256(revision.encode()).hexdigest()[:40]
        if api:
            siblings = [{"rfilename": path.name} for path in sorted(folder.iterdir())]
            info = {"id": repository, "modelId": repository, "sha": commit, "siblings": siblings, "tags": []}
            return self._send(200, json.dumps(info).encode(), {"Content-Type": "application/json"}, body)
        path = folder / file
        if not path.is_file():
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        headers = {"X-Repo-Commit": commit}
        if path.suffix not in LARGE:
            return self._send(200, path.read_bytes(), headers | {"ETag": f'"{self.server.etag(path)[:40]}"'}, body)
        headers |= {"X-Linked-Size": str(path.stat().st_size), "X-Linked-ETag": f'"{hub.etag(path)}"'}
        headers |= {"Location": f"{hub.storage}/storage/{revision}/{file}", "ETag": '"redirect"'}
        return self._send(302, b"Found. Redirecting", headers, body)

    def _storage(self, path: Path, body: bool) -> None:
        hub, size = self.server, path.stat().st_size
        with hub.lock:
            fault = hub.faults.pop(0) if body and hub.faults else ""
        if fault in ("500", "expire"):
            return self._send(500 if fault == "500" else 403, b"no", {})
        start, stop, status = 0, size, 200
        headers = {"ETag": '"other"' if fault == "swap" else '"stored"', "Accept-Ranges": "bytes"}
        if hub.ranges and (asked := self.headers.get("Range")):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, stop, status = int(first), int(last) + 1 if last else size, 206
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        with path.open("rb") as file:
            file.seek(start)
            content = bytearray(file.read(stop - start))
        if hub.corrupt and stop - start > 1000:
            content[-1] ^= 1
        if fault == "truncate":
            return self._send(status, bytes(content), headers, body, cut=len(content) // 2)
        if fault == "stall":
            return self._send(status, bytes(content), headers, body, cut=len(content) // 2, pause=3)
        return self._send(status, bytes(content), headers, body)

    def _send(self, status, content, headers, body=True, cut=None, pause=0):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            with self.server.lock:
                self.server.sent += len(content)
            self.wfile.write(content[:cut])
        if cut is not None:
            self.wfile.flush()
            time.sleep(pause)
            self.close_connection = True


@contextmanager
def serve(root: Path):
    """A hub that runs while the block does."""
    hub = Hub(root)
    thread = threading.Thread(target=hub.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
