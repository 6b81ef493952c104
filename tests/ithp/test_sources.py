"""Data sets from a mirror or from the network: whole, checked, or one clear error."""

import http.server
import shutil
import threading

import pytest

from threefold.ithp import sources
from threefold.record import downloads
from threefold.record.errors import InputError


@pytest.fixture
def home(mirror, monkeypatch):
    """A public home on this machine, which serves the mirror's MUStARD folder."""
    handler = lambda *a: http.server.SimpleHTTPRequestHandler(*a, directory=mirror / "mustard")  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(
            downloads,
            "GITHUB",
            (f"http://127.0.0.1:{server.server_port}/gone/{{path}}", f"http://127.0.0.1:{server.server_port}/{{path}}"),
        )
        source = sources.SOURCES["mustard"]
        flat = {name: (name, sha256) for name, (_, sha256) in source.files.items()}
        monkeypatch.setitem(sources.SOURCES, "mustard", sources.Source("mustard", ["T"], "r", "c", flat))
        yield
        server.shutdown()


def test_only_what_can_be_had_is_available(mirror, tmp_path):
    assert sources.available(None, False) == []
    assert sources.available(str(tmp_path), False) == []
    assert sources.available(str(mirror), False) == ["mustard", "mosi"]
    assert sources.available(None, True) == ["mustard", "mosi"]


@pytest.mark.parametrize("dataset", sources.SOURCES)
def test_the_mirror_holds_the_published_files(mirror, tmp_path, dataset):
    sources.fetch(dataset, tmp_path, str(mirror), download=False)
    assert {path.name for path in tmp_path.iterdir()} == set(sources.SOURCES[dataset].files)
    assert "MIT License" in (tmp_path / "LICENSE").read_text()


def test_another_file_of_the_same_name_is_refused_and_not_left_behind(mirror, tmp_path):
    false = shutil.copytree(mirror / "mustard", tmp_path / "mirror" / "mustard", copy_function=shutil.copyfile)
    (false / "split_indices.p").write_bytes(b"cos\nsystem\n.")
    with pytest.raises(InputError, match=r"split_indices\.p: SHA-256 .* expected 2adea94590e2ab49"):
        sources.fetch("mustard", tmp_path / "raw", str(tmp_path / "mirror"), download=False)
    assert not list((tmp_path / "raw").glob("*split_indices*"))


def test_a_missing_file_says_what_to_set(tmp_path):
    with pytest.raises(InputError, match=r"set data\.mirror"):
        sources.fetch("mosi", tmp_path, None, download=False)


def test_the_next_home_is_tried_where_one_fails(home, tmp_path):
    sources.fetch("mustard", tmp_path, None, download=True)
    assert len(list(tmp_path.iterdir())) == len(sources.SOURCES["mustard"].files)


def test_a_download_that_is_another_file_is_refused(home, tmp_path, monkeypatch):
    source = sources.SOURCES["mustard"]
    wrong = {name: ("LICENSE", sha256) for name, (_, sha256) in source.files.items()}
    monkeypatch.setitem(sources.SOURCES, "mustard", sources.Source("mustard", ["T"], "r", "c", wrong))
    with pytest.raises(InputError, match=r"sarcasm_data\.json could not be downloaded: .*SHA-256 10e7"):
        sources.fetch("mustard", tmp_path, None, download=True)
    assert [path.name for path in tmp_path.iterdir()] == ["LICENSE"]


def test_every_file_has_a_checksum_and_a_home_at_a_fixed_commit():
    for source in sources.SOURCES.values():
        assert "LICENSE" in source.files
        for name, (_, sha256) in source.files.items():
            assert len(bytes.fromhex(sha256)) == 32
            assert all(source.commit in url and url.startswith("https://") for url in source.urls(name))
