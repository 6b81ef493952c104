"""Which code made an artifact."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

import grimp

PACKAGE = Path(__file__).parents[1]


@cache
def _imports() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE.name, cache_dir=None)


def _named_modules(script: Path) -> set[str]:
    """The modules of this library that `script` names in its import statements."""
    found = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found & _imports().modules


@cache
def code_digest(script: str | Path) -> str:
    """SHA-256 over `script` and every library module that it imports, directly or through others.

    Files are taken by name and text, so a checkout that rewrites the same text changes nothing.
    """
    direct = _named_modules(Path(script))
    modules = direct.union(*(_imports().find_upstream_modules(module) for module in direct))
    total = hashlib.sha256(Path(script).read_bytes())
    for module in sorted(modules):
        path = PACKAGE.parent.joinpath(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        total.update(module.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]
