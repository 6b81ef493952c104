"""A W&B server on loopback, as much of it as the client's upload needs: runs, history, files, artifacts."""

from __future__ import annotations

import json
import re
import threading
import time
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

KEY = "k" * 40  # the only one that it lets in


@dataclass
class RunSeen:
    """What the server holds of one run."""

    upserts: list[dict] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)
    summary: dict = field(default_factory=dict)
    exit_codes: list[int] = field(default_factory=list)
    preempted: bool = False
    files: dict[str, bytes] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    @property
    def config(self) -> dict:
        config = json.loads(self.upserts[0]["config"])
        return {key: value["value"] for key, value in config.items() if key != "_wandb"}

    @property
    def steps(self) -> list[int]:
        return [line["_step"] for line in self.history]


class Server:
    """The state of the server and its address; `received` is every byte that came in."""

    def __init__(self) -> None:
        self.runs: dict[str, RunSeen] = defaultdict(RunSeen)
        self.artifacts: dict[str, dict] = {}
        self.received = bytearray()
        self.url = ""
        self.silent = False  # from then on nothing is answered; GET /fall-silent begins it
        self._numbers = count(1)

    def answer(self, operation: str, variables: dict) -> dict:
        """The data that a GraphQL operation gives; of one that is not known, nothing."""
        name, asked = variables.get("name"), variables.get("input", {})
        project = {"id": "p", "name": variables.get("project"), "entity": {"id": "e", "name": "us"}}
        match operation:
            case "Viewer":
                viewer = {"id": "u", "entity": "us", "username": "us", "email": "", "admin": False, "flags": "{}"}
                return {"viewer": viewer | {"teams": {"edges": []}}}
            case "RunResumeStatus":
                return {"model": {**project, "bucket": self._bucket(name) if name in self.runs else None}}
            case "UpsertBucket":
                new = name not in self.runs
                self.runs[name].upserts.append(variables)
                return {"upsertBucket": {"bucket": self._bucket(name) | {"project": project}, "inserted": new}}
            case "CreateRunFiles":
                run = variables["run"]
                files = [{"name": file, "uploadUrl": self._place(run, file)} for file in variables["files"]]
                return {"createRunFiles": {"runID": run, "uploadHeaders": [], "files": files}}
            case "ArtifactType":
                return {"project": {"artifact": None}}
            case "CreateArtifact":
                return {"createArtifact": {"artifact": self._artifact(asked)}}
            case "ArtifactByID":
                return {"artifact": self._description(variables["id"])}
            case "CreateArtifactManifest":
                file = {"id": "f", "uploadUrl": self._place(variables["artifactID"], "manifest"), "uploadHeaders": []}
                return {"createArtifactManifest": {"artifactManifest": {"id": variables["artifactID"], "file": file}}}
            case "UpdateArtifactManifest":
                id = variables["artifactManifestID"]
                file = {"id": "f", "uploadUrl": self._place(id, "manifest"), "uploadHeaders": []}
                return {"updateArtifactManifest": {"artifactManifest": {"id": id, "file": file}}}
            case "CreateArtifactFiles":
                nodes = [self._artifact_file(file) for file in asked["artifactFiles"]]
                return {"createArtifactFiles": {"files": {"edges": [{"node": node} for node in nodes]}}}
            case "CommitArtifact":
                return {"commitArtifact": {"artifact": {"id": variables["artifactID"], "digest": "d"}}}
            case "UseArtifact":
                self.runs[asked["runName"]].used.add(self.artifacts[asked["artifactID"]]["name"])
                return {"useArtifact": {"artifact": {"id": asked["artifactID"]}}}
        return {}

    def stream(self, name: str, body: dict) -> None:
        """Take what a client streams of a run."""
        run = self.runs[name]
        for file, chunk in body.get("files", {}).items():
            if file == "wandb-history.jsonl":
                run.history[chunk["offset"] :] = [json.loads(line) for line in chunk["content"]]
            elif file == "wandb-summary.json":
                run.summary = json.loads(chunk["content"][-1])
        run.preempted |= bool(body.get("preempting"))
        if body.get("complete"):
            run.exit_codes.append(body["exitcode"])

    def _place(self, owner: str, file: str) -> str:
        return f"{self.url}/put/{owner}/{file}"

    def _bucket(self, name: str) -> dict:
        run = self.runs[name]
        lines = {"historyLineCount": len(run.history), "logLineCount": 0, "eventsLineCount": 0}
        tails = {"historyTail": json.dumps([json.dumps(line) for line in run.history[-1:]]), "eventsTail": "[]"}
        texts = {"displayName": name, "description": "", "sweepName": None, "tags": [], "notes": ""}
        given = {"summaryMetrics": json.dumps(run.summary), "config": run.upserts[0]["config"] if run.upserts else "{}"}
        began = {"wandbConfig": '{"t": 1}'}  # without it the client takes the run for one that has not begun
        return {"id": name, "name": name} | lines | tails | texts | given | began

    def _artifact(self, asked: dict) -> dict:
        name = asked["artifactCollectionName"]
        known = [id for id, held in self.artifacts.items() if (held["name"], held["digest"]) == (name, asked["digest"])]
        id = known[0] if known else f"artifact{next(self._numbers)}"
        self.artifacts[id] = {"name": name, "digest": asked["digest"], "type": asked["artifactTypeName"]}
        if asked["runName"]:
            self.runs[asked["runName"]].made.add(name)
        state = "COMMITTED" if known else "PENDING"
        return {"id": id, "state": state, "artifactSequence": {"id": name, "latestArtifact": None}}

    def _description(self, id: str) -> dict:
        held = self.artifacts[id]
        source = {"__typename": "ArtifactSequence", "name": held["name"], "project": None}
        kind = {"__typename": "Artifact", "artifactSequence": source, "artifactType": {"name": held["type"]}}
        numbers = {"versionIndex": 0, "ttlDurationSeconds": -2, "historyStep": None, "size": 1, "fileCount": 1}
        texts = {"description": None, "metadata": None, "digest": held["digest"], "state": "COMMITTED"}
        times = {"commitHash": "0", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": None, "ttlIsInherited": False}
        return {"id": id, "tags": [], "aliases": []} | kind | numbers | texts | times

    def _artifact_file(self, file: dict) -> dict:
        place = {"storagePath": file["name"], "uploadUrl": self._place(file["artifactID"], file["name"])}
        return place | {"uploadHeaders": [], "uploadMultipartUrls": None, "artifact": {"id": file["artifactID"]}}


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_) -> None:
            """Not into the terminal."""

        def do_GET(self) -> None:
            server.silent |= self.path == "/fall-silent"
            self.reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.received += self.path.encode() + body
            if server.silent and not self.path.startswith("/sdk/otel/"):
                time.sleep(60)
            credentials = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            if self.path.startswith("/put/"):
                owner, _, file = self.path.removeprefix("/put/").partition("/")
                server.runs[owner].files[file] = body
                self.reply({})
            elif self.path.startswith("/sdk/otel/"):  # the client's telemetry about itself
                self.reply({})
            elif credentials != f"api:{KEY}":
                self.reply({"errors": [{"message": "invalid API key"}]}, 401)
            elif self.path == "/graphql":
                asked = json.loads(body)
                operation = re.search(r"(?:query|mutation)\s+(\w+)", asked["query"])[1]
                self.reply({"data": server.answer(operation, asked.get("variables") or {})})
            elif self.path.endswith("/file_stream"):
                server.stream(self.path.split("/")[-2], json.loads(body))
                self.reply({})
            else:
                self.reply({}, 404)

        do_PUT = do_POST

        def reply(self, answer: dict, code: int = 200) -> None:
            data = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_) -> None:
        """A client that hangs up is no error of a test."""


@contextmanager
def wandb_server() -> Iterator[Server]:
    """Serve on a free port of loopback until the block ends."""
    server = Server()
    http = _Quiet(("127.0.0.1", 0), _handler(server))
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
