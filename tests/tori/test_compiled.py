"""Compiled functions are kept by their source."""

import os
import subprocess
import sys

SOURCE = "from threefold.tori.compiled import compiled\n\n\n@compiled\ndef grow(x):\n    return x + 1\n"


def call(folder, cache, source=SOURCE):
    """What Numba says of its cache when a module of this source, in this folder, calls its function."""
    folder.mkdir()
    (folder / "module.py").write_text(source)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache), "NUMBA_DEBUG_CACHE": "1"}
    words = [sys.executable, "-c", "import module; print('result', module.grow(1))"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.startswith(("[cache] data", "result"))]


def test_a_copy_elsewhere_finds_what_was_compiled_and_a_changed_one_compiles_anew(tmp_path):
    saved, result = call(tmp_path / "first", tmp_path / "cache")
    assert saved.startswith("[cache] data saved") and result == "result 2"
    loaded, result = call(tmp_path / "copy", tmp_path / "cache")
    assert loaded.startswith("[cache] data loaded") and result == "result 2"
    saved, result = call(tmp_path / "changed", tmp_path / "cache", SOURCE.replace("+ 1", "+ 3"))
    assert saved.startswith("[cache] data saved") and result == "result 4"


def test_where_the_cache_cannot_be_written_to_the_folder_of_the_module_is_used(tmp_path):
    (tmp_path / "file").write_text("no folder")
    saved, _ = call(tmp_path / "module", tmp_path / "file" / "cache")
    assert str(tmp_path / "module" / "__pycache__") in saved
