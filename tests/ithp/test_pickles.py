"""Foreign pickles: real payloads are refused by name and never run; honest arrays come through."""

import os
import pickle

import numpy as np
import pytest

from threefold.ithp import pickles
from threefold.record.errors import InputError


class Payload:
    """Pickles as a call of `function(*arguments)`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def write(path, content, protocol=2):
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, protocol))
    return path


@pytest.mark.parametrize("protocol", range(6))
def test_calls_are_refused_by_name_and_not_made(tmp_path, protocol):
    mark = tmp_path / "ran"
    for payload, name in [
        (Payload(os.system, f"touch {mark}"), "system"),
        (Payload(eval, f"open({str(mark)!r}, 'w')"), "eval"),
        (Payload(exec, f"open({str(mark)!r}, 'w')"), "exec"),
        (Payload(getattr, "", "join"), "getattr"),
        (Payload(np.load, str(mark)), "load"),
        (Payload(np.fromfile, str(mark)), "fromfile"),
    ]:
        with pytest.raises(InputError, match=f"refused the global .*{name}"):
            pickles.load_arrays(write(tmp_path / "payload.p", payload, protocol))
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", "os.system"),
        (b"cnumpy.testing._private.utils\nrunstring\n(S'1'\nS''\ntR.", "numpy.testing._private.utils.runstring"),
        (b"cnumpy\nload\n(S'x'\ntR.", "numpy.load"),
        (b"cnumpy.core.multiarray\nfromfile\n(S'x'\ntR.", "numpy.core.multiarray.fromfile"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0elinalg.inv.sub\x93.", "numpy.linalg.inv.sub"),
        (b"c__builtin__\neval\n(S'1'\ntR.", "__builtin__.eval"),
        (b"(S'ls'\nios\nsystem\n.", "os.system"),
        (b"cnumpy\ndtype.__reduce__\n.", "numpy.dtype.__reduce__"),
    ],
)
def test_disguised_globals_are_refused(tmp_path, text, name):
    with pytest.raises(InputError, match=f"the global {name}"):
        pickles.load_arrays(write(tmp_path / "payload.p", text))


def test_an_allowed_maker_cannot_be_told_to_fill_the_memory(tmp_path):
    huge = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(L1000000000000000L\ntS'd'\ntR."
    assert pickles.load_arrays(write(tmp_path / "huge.p", huge)).size == 0
    with pytest.raises(InputError, match="refused"):
        pickles.load_arrays(write(tmp_path / "call.p", b"cnumpy\nndarray\n((L1000000000000000L\nttR."))


def test_the_codec_is_limited_to_latin1(tmp_path):
    with pytest.raises(InputError, match="encoding 'rot13'"):
        pickles.load_arrays(write(tmp_path / "codec.p", b"c_codecs\nencode\n(S'a'\nS'rot13'\ntR."))


@pytest.mark.parametrize("protocol", range(5))
def test_containers_of_arrays_come_through_unchanged(tmp_path, protocol):
    content = {"words": {"a": np.arange(3.0), "b": np.float32([1, 2])}, "folds": [(np.arange(4), np.arange(2))], "n": 3}
    found = pickles.load_arrays(write(tmp_path / "arrays.p", content, protocol))
    assert found["n"] == 3
    assert found["words"]["b"].dtype == np.float32
    np.testing.assert_array_equal(found["words"]["a"], np.arange(3.0))
    np.testing.assert_array_equal(found["folds"][0][1], np.arange(2))


def test_truncated_and_oversized_files_give_one_line(tmp_path, monkeypatch):
    whole = write(tmp_path / "whole.p", list(range(100)))
    with pytest.raises(InputError, match="Get the file again"):
        pickles.load_arrays(write(tmp_path / "cut.p", whole.read_bytes()[:-5]))
    monkeypatch.setattr(pickles, "SIZE_LIMIT", 10)
    with pytest.raises(InputError, match="at most 10"):
        pickles.load_arrays(whole)


def test_the_published_files_ask_for_nothing_else(mirror):
    for path in sorted((mirror / "mustard").glob("*.p")):
        assert set(pickles.globals_of(path)) <= {".".join(key) for key in pickles.ALLOWED}
        assert len(pickles.load_arrays(path)) in (5, 1692, 1673)
