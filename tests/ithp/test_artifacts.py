"""Trials that have ended are kept, and come back only as they were written."""

from threefold.ithp.artifacts import FILES, forget, keep, recall


def write(folder, text):
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).write_text(f"{text} {name}")
    return folder


def read(folder):
    return [(folder / name).read_text() for name in FILES]


def test_a_kept_trial_comes_back_whole(tmp_path):
    assert not recall(tmp_path / "kept" / "a", tmp_path / "again")
    keep(write(tmp_path / "trial", "first"), tmp_path / "kept" / "a")
    assert recall(tmp_path / "kept" / "a", tmp_path / "again")
    assert read(tmp_path / "again") == read(tmp_path / "trial")
    assert (tmp_path / "again" / "metrics.json").stat().st_nlink == 1  # whoever edits it edits no kept trial


def test_a_result_that_was_edited_in_place_is_not_taken_for_what_was_trained(tmp_path):
    folder = write(tmp_path / "trial", "first")
    keep(folder, tmp_path / "kept" / "a")
    (folder / "metrics.json").write_text("edited")
    assert not recall(tmp_path / "kept" / "a", tmp_path / "again")
    keep(write(tmp_path / "new", "second"), tmp_path / "kept" / "a")
    assert recall(tmp_path / "kept" / "a", tmp_path / "again")


def test_what_nobody_asks_for_is_forgotten(tmp_path):
    for name in "ab":
        keep(write(tmp_path / name, name), tmp_path / "kept" / name)
    (tmp_path / "kept" / "c.ckpt").write_text("")
    forget(tmp_path / "kept", but={"b"})
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["b"]
