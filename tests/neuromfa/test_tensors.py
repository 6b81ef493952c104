"""Files of tensors as strangers may write them: a header that lies is refused, what is accepted is read right."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from threefold.neuromfa.tensors import LocalBytes, SafetensorsFile
from threefold.record.errors import InputError

TENSORS = {"a": np.arange(12, dtype=np.float16).reshape(4, 3), "b": np.ones((2, 2), np.float32)}
ROWS, COLUMNS = np.array([[3, 0], [1, 1]]), np.array([[2], [0]])


def write(path, header, data=b"\0" * 40):
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return SafetensorsFile(LocalBytes(path))


def tensor(shape=(4, 3), offsets=(0, 24), dtype="F16"):
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


REST = {"b": tensor([2, 2], [24, 40], "F32")}


@pytest.mark.parametrize(
    "header",
    [
        {"a": tensor(shape=[4, 4])} | REST,  # needs more bytes than it has
        {"a": tensor(shape=[2, 3])} | REST,
        {"a": tensor(offsets=[8, 32])} | REST,  # overlaps b, leaves a hole before
        {"a": tensor(offsets=[0, 16], shape=[4, 2])} | REST,  # a hole after
        {"a": tensor(offsets=[-24, 0])} | REST,
        {"a": tensor(offsets=[24, 0])} | REST,
        {"a": tensor(offsets=[0])} | REST,
        {"a": tensor(offsets=[0.0, 24.0])} | REST,
        {"a": tensor(offsets="xy")} | REST,
        {"a": tensor(shape=[-4, -3])} | REST,
        {"a": tensor(shape=[True, 12])} | REST,
        {"a": tensor(shape=7)} | REST,
        {"a": tensor(dtype=None, offsets=[0, 1 << 70])} | REST,
        {"a": [1, 2]} | REST,
        [1, 2],
        {"__metadata__": 7, "a": tensor()} | REST,
    ],
)
def test_a_header_that_does_not_fit_the_file_is_refused(tmp_path, header):
    with pytest.raises(InputError, match=r"x\.safetensors: not a (safetensors|whole) file"):
        write(tmp_path / "x.safetensors", header)


def test_a_damaged_byte_is_refused_or_changes_no_more_than_values_and_names(tmp_path):
    whole, path = save(TENSORS, {"k": "v"}), tmp_path / "x.safetensors"
    rng, refused = np.random.default_rng(0), 0
    for _ in range(2000):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            file = SafetensorsFile(LocalBytes(path))
            for name, shape in file.shapes.items():
                assert file.entries(name, np.arange(shape[0]), np.arange(shape[1])).shape == shape
        except InputError:
            refused += 1
    assert 500 < refused < 1900


@pytest.mark.parametrize("pad", [0, 1])
def test_entries_are_those_of_the_tensor_wherever_in_the_file_it_lies(tmp_path, pad):
    data = TENSORS["a"].tobytes() + TENSORS["b"].tobytes()
    file = write(tmp_path / "x", {"__metadata__": {"pad": "x" * pad}, "a": tensor()} | REST, data)
    expected = TENSORS["a"][ROWS[..., None], COLUMNS[:, None]]
    assert np.array_equal(file.entries("a", ROWS, COLUMNS), expected)


def test_a_file_that_becomes_shorter_while_it_is_read_is_named(tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(save(TENSORS))
    file = SafetensorsFile(LocalBytes(path))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match="changed while being read"):
        file.entries("b", np.array([0]), np.array([0]))
