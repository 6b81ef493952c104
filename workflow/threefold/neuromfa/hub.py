"""Checkpoints on the Hugging Face hub, of which only the bytes of the sampled rows are fetched.

Token, cache folder, endpoint and offline mode are huggingface_hub's own: HF_TOKEN, HF_HOME, HF_ENDPOINT,
HF_HUB_OFFLINE. A file that cannot be read in ranges is downloaded whole into its cache, and the log says so.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import numpy as np
from huggingface_hub import (
    HfApi,
    cached_assets_path,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    snapshot_download,
    try_to_load_from_cache,
)
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, http_backoff, http_stream_backoff

from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import FileCheckpoint, open_file, open_folder, read_json, weight_files
from threefold.neuromfa.tensors import SafetensorsFile, Span, TensorFile
from threefold.record.errors import InputError
from threefold.record.files import atomic, digest

CONNECTIONS = 8
GAP = 1 << 15  # bytes: spans that lie closer are one request
PIECE = 1 << 23  # bytes: the most that one request asks for
FIRST_WAIT = 1.0  # seconds before the first retry; each further one waits twice as long
log = logging.getLogger(__name__)


class HubBytes:
    """A file on the hub at one commit, read by several connections; each answer is checked against size and ETag."""

    def __init__(self, repository: str, file: str, commit: str):
        self.name = f"{repository}@{commit[:8]}/{file}"
        self._url = hf_hub_url(repository, file, revision=commit)
        self._locate()

    def _locate(self) -> None:
        found = get_hf_file_metadata(self._url, retry_on_errors=True)
        self.size, self.etag, self._location = found.size, found.etag, found.location
        self._headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if urlsplit(self._location).netloc != urlsplit(self._url).netloc:
            self._headers.pop("authorization", None)  # the token is the hub's, not the storage's behind it
        self._storage_etag: str | None = None

    def takes_ranges(self) -> bool:
        """Whether the server answers a range with that range alone."""
        with http_stream_backoff("GET", self._location, headers=self._headers | {"Range": "bytes=0-7"}) as answer:
            self._storage_etag = answer.headers.get("ETag")
            return answer.status_code == 206

    def read(self, spans: list[Span]) -> list[bytes]:
        requests = coalesce(spans, GAP, PIECE)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            parts = pool.map(self._fetch, (span for span, _ in requests))
            found = [b""] * len(spans)
            for ((start, _), members), part in zip(requests, parts, strict=True):
                for index, (first, last) in members:
                    found[index] += part[first - start : last - start]
        return found

    def _fetch(self, span: Span) -> bytes:
        start, stop = span
        answer = self._get(start, stop)
        if answer.status_code in (401, 403):  # the address of the storage has run out
            self._locate()
            answer = self._get(start, stop)
        if answer.status_code != 206:
            raise InputError(f"{self.name}: the hub answered {answer.status_code} to a range; try again later")
        expected, found = f"bytes {start}-{stop - 1}/{self.size}", answer.headers.get("Content-Range")
        etag = answer.headers.get("ETag")
        if found != expected or len(answer.content) != stop - start or etag != (self._storage_etag or etag):
            raise InputError(f"{self.name}: it changed while being read ({found}, ETag {etag}); fetch it again")
        return answer.content

    def _get(self, start: int, stop: int) -> httpx2.Response:
        headers = self._headers | {"Range": f"bytes={start}-{stop - 1}"}
        timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
        return http_backoff("GET", self._location, headers=headers, timeout=timeout, base_wait_time=FIRST_WAIT)


def coalesce(spans: list[Span], gap: int, piece: int) -> list[tuple[Span, list[tuple[int, Span]]]]:
    """Requests that together cover `spans`: each a span, and which part of which of `spans` it holds.

    Spans that lie at most `gap` bytes apart are one request, and none asks for more than `piece` bytes.
    """
    cut = [
        (index, (first, min(first + piece, stop)))
        for index, (start, stop) in enumerate(spans)
        for first in range(start, stop, piece)
    ]
    requests: list[tuple[Span, list[tuple[int, Span]]]] = []
    for index, (start, stop) in sorted(cut, key=lambda part: part[1]):
        (first, last), members = requests[-1] if requests else ((0, -gap - 1), [])
        if start - last <= gap and max(stop, last) - first <= piece:
            requests[-1] = ((first, max(stop, last)), [*members, (index, (start, stop))])
        else:
            requests.append(((start, stop), [(index, (start, stop))]))
    return requests


class HubCheckpoint(FileCheckpoint):
    """A checkpoint on the hub. What was fetched is kept until `forget`, so that a broken fetch goes on from there."""

    def __init__(self, repository: str, commit: str, config: dict, files: dict[str, TensorFile]):
        super().__init__(f"{repository}@{commit[:8]}", config, files)
        self.repository, self.commit = repository, commit
        where = constants.HF_ASSETS_CACHE
        self._folder = cached_assets_path("threefold", namespace=repository, subfolder=commit, assets_dir=where)

    def block(self, tensor: Tensor, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        asked = hashlib.sha256(f"{tensor.name} {rows.tolist()} {columns.tolist()}".encode()).hexdigest()
        kept = self._folder / f"{asked[:32]}.npy"
        if kept.exists():
            return np.load(kept)
        with _explained(self.repository, self.commit):
            values = super().block(tensor, rows, columns)
        with atomic(kept) as part:
            np.save(part, values)
        return values

    def forget(self) -> None:
        """Remove the blocks kept."""
        shutil.rmtree(self._folder, ignore_errors=True)


def open_hub(repository: str, revision: str) -> FileCheckpoint:
    """The checkpoint of a repository at a revision (branch, tag or commit).

    Raises InputError if there is no such repository, revision or file, if access is refused, or if the hub does not
    answer; offline, if the cache holds no copy.
    """
    with _explained(repository, revision):
        if constants.is_offline_mode():
            folder = snapshot_download(repository, revision=revision, local_files_only=True)
            try:
                return open_folder(folder)
            except InputError as error:
                raise InputError(f"{error}; HF_HUB_OFFLINE forbids to fetch it") from None
        info = HfApi().model_info(repository, revision=revision)
        names = [sibling.rfilename for sibling in info.siblings]

        def read(name: str) -> dict:  # by the revision's name, so that the cache knows it offline
            return read_json(Path(hf_hub_download(repository, name, revision=revision)))

        config, paths = read("config.json"), weight_files(names, read)
        if not paths:
            raise InputError(f"{repository}@{revision}: no weights among its files {', '.join(names)}")
        files: dict[str, TensorFile] = {}
        for path in paths:
            file = _open(repository, path, info.sha)
            files |= dict.fromkeys(file.shapes, file)
    return HubCheckpoint(repository, info.sha, config, files)


def _open(repository: str, path: str, commit: str) -> TensorFile:
    """A file of tensors: by ranges where that can be, else a whole copy."""
    if isinstance(cached := try_to_load_from_cache(repository, path, revision=commit), str):
        return open_file(Path(cached))
    if not path.endswith(".safetensors"):
        return open_file(_download(repository, path, commit, "it is not safetensors"))
    remote = HubBytes(repository, path, commit)
    if remote.takes_ranges():
        return SafetensorsFile(remote)
    return open_file(_download(repository, path, commit, "the server refuses ranges"))


def _download(repository: str, path: str, commit: str, reason: str) -> Path:
    log.warning("%s/%s: downloading the whole file, because %s", repository, path, reason)
    etag = get_hf_file_metadata(hf_hub_url(repository, path, revision=commit), retry_on_errors=True).etag or ""
    copy = Path(hf_hub_download(repository, path, revision=commit))
    if re.fullmatch("[0-9a-f]{64}", etag) and (found := digest(copy)) != etag:  # large files have their SHA-256 as ETag
        copy.resolve().unlink()
        copy.unlink(missing_ok=True)
        raise InputError(f"{repository}/{path}: SHA-256 {found[:16]}…, the hub says {etag[:16]}…; fetch it again")
    return copy


@contextmanager
def _explained(repository: str, revision: str) -> Iterator[None]:
    """Say what huggingface_hub's exceptions mean to a user."""
    where = f"{repository}@{revision}"
    try:
        yield
    except GatedRepoError:
        page = f"{constants.ENDPOINT}/{repository}"
        raise InputError(f"{where}: access must be granted at {page}; then set HF_TOKEN") from None
    except RevisionNotFoundError:
        raise InputError(f"{where}: {repository} has no revision {revision}; see its branches and tags") from None
    except RepositoryNotFoundError:
        raise InputError(f"{where}: no such repository, or HF_TOKEN gives no access to it") from None
    except OfflineModeIsEnabled:
        raise InputError(f"{where}: not in the cache, and HF_HUB_OFFLINE forbids to fetch it") from None
    except EntryNotFoundError as error:
        reason = "HF_HUB_OFFLINE forbids to fetch it" if constants.is_offline_mode() else _first_line(error)
        raise InputError(f"{where}: not there and not in the cache; {reason}") from None
    except httpx2.HTTPError as error:
        raise InputError(f"{where}: {constants.ENDPOINT} failed: {_first_line(error)}; try again later") from None


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
