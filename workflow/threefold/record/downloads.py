"""Files of public origin: from a local mirror or their public homes, each checked against its SHA-256."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from threefold.record.errors import InputError
from threefold.record.files import atomic, digest

GITHUB = (  # tried in this order
    "https://raw.githubusercontent.com/{repository}/{commit}/{path}",
    "https://cdn.jsdelivr.net/gh/{repository}@{commit}/{path}",
    "https://github.com/{repository}/raw/{commit}/{path}",
)


def github_urls(repository: str, commit: str, path: str) -> list[str]:
    """Where a file of a GitHub repository at one commit can be had."""
    return [home.format(repository=repository, commit=commit, path=path) for home in GITHUB]


def fetch(path: str | Path, sha256: str, copy: Path | None, urls: Sequence[str]) -> None:
    """Put a file at `path`: from `copy` in a mirror if it is there, else from the first of `urls` that answers.

    No urls: nothing may be downloaded. Raises InputError where the file is nowhere to be had or is another.
    """
    path = Path(path)
    if copy and copy.is_file():
        with atomic(path) as part:
            shutil.copyfile(copy, part)
            if (found := digest(part)) != sha256:
                raise InputError(
                    f"{copy}: SHA-256 {found[:16]}…, expected {sha256[:16]}…: not the published file. Remove it"
                )
    elif urls:
        _download(urls, sha256, path)
    else:
        raise InputError(
            f"{copy or path}: not in the mirror; set data.mirror to a folder that has it, or data.download"
        )


def _download(urls: Sequence[str], sha256: str, path: Path) -> None:
    import pooch  # here, because rules may import this module

    downloader = pooch.HTTPDownloader(timeout=30)
    with atomic(path) as part:
        failures = []
        for url in [*urls, *urls]:  # a second round, because most failures pass
            try:
                downloader(url, os.fspath(part), None, check_only=False)
                if (found := digest(part)) == sha256:
                    return
                failures.append(f"{url}: SHA-256 {found[:16]}…, expected {sha256[:16]}…")
            except Exception as error:  # requests raises its own, urllib3's and ssl's
                failures.append(f"{url}: {type(error).__name__}")
        raise InputError(
            f"{path.name} could not be downloaded: {'; '.join(failures[: len(urls)])}. "
            "Check the network, or set data.mirror to a folder that has it."
        )
