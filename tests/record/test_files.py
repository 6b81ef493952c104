import hashlib

import pytest

from threefold.record.files import atomic, digest, remove_folder


def test_a_file_appears_only_when_the_block_has_ended(tmp_path):
    path = tmp_path / "deep" / "a.txt"
    with atomic(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_an_error_leaves_the_old_file_and_no_part(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_digest_is_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert digest(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_a_folder_is_removed_whole_even_where_a_kill_left_one_half_removed(tmp_path):
    left = tmp_path / ".folder.removed"
    for folder in (tmp_path / "folder", left):
        folder.mkdir()
        (folder / "file").touch()
    remove_folder(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []
