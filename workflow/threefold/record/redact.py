"""Text without what must not leave the machine: keys, tokens, and where the home folder lies."""

from __future__ import annotations

import os
import re
from pathlib import Path

_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
SHORTEST = 8  # characters: a shorter value is a word of the language rather than a secret


def redact(text: str) -> str:
    """`text` with `~` for the home folder and `[secret]` for the value of each variable named like a key or token."""
    secrets = {value for name, value in os.environ.items() if _NAMES.search(name) and len(value) >= SHORTEST}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    home = os.environ.get("HOME", "").rstrip("/")
    return re.sub(re.escape(home) + r"(?![\w.-])", "~", text) if home else text


def redact_file(path: Path) -> None:
    """Redact a log in place, if there is anything to redact."""
    text = path.read_text(errors="surrogateescape")
    if (safe := redact(text)) != text:
        path.write_text(safe, errors="surrogateescape")
