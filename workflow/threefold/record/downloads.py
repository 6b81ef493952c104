"""Files of public origin: from a local mirror or their public homes, each checked against its SHA-256."""

from __future__ import annotations

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
    """What a broken connection leaves stays beside `path`; the next attempt, of a later run too, goes on from it."""
    import pooch  # here, because rules may import this module

    path.parent.mkdir(parents=True, exist_ok=True)
    part, failures = path.with_name(f".{path.name}.download"), []
    for url in [*urls, *urls]:  # a second round, because most failures pass
        done = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
        try:
            with part.open("ab") as file:
                pooch.HTTPDownloader(timeout=30, headers=headers)(url, file, None, check_only=False)
            if (found := digest(part)) == sha256:
                part.replace(path)
                return
            part.unlink()  # another file, or one that was appended to a piece of it
            failures.append(f"{url}: SHA-256 {found[:16]}…, expected {sha256[:16]}…")
        except Exception as error:  # requests raises its own, urllib3's and ssl's
            failures.append(f"{url}: {type(error).__name__}")
            refused = getattr(getattr(error, "response", None), "status_code", None) == 416  # nothing from there on
            if refused or part.stat().st_size == 0:
                part.unlink()
    raise InputError(
        f"{path.name} could not be downloaded: {'; '.join(failures[: len(urls)])}. "
        "Check the network, or set data.mirror to a folder that has it."
    )
