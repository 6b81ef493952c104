"""The artifact that holds the sampled networks of a checkpoint."""

import numpy as np
import pytest

from threefold.neuromfa.graph import load_graphs, save_graphs
from threefold.record.errors import InputError


def test_the_artifact_holds_everything_and_is_the_same_bytes_each_time(graphs, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_graphs(tmp_path / name, graphs)
    loaded = load_graphs(tmp_path / "a.npz")
    assert loaded.seeds.tolist() == graphs.seeds.tolist()
    for part in ("neurons", "weights"):
        saved, found = getattr(graphs, part), getattr(loaded, part)
        assert list(found) == list(saved) and all(np.array_equal(found[name], saved[name]) for name in saved)
    assert loaded.weights["X_F"].dtype == np.float16
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_damaged_artifact_is_named(graphs, tmp_path):
    save_graphs(tmp_path / "graph.npz", graphs)
    (tmp_path / "graph.npz").write_bytes((tmp_path / "graph.npz").read_bytes()[:500])
    with pytest.raises(InputError, match=r"graph\.npz"):
        load_graphs(tmp_path / "graph.npz")
