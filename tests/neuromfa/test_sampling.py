"""Sampled networks: the published order of draws, and the weights of the sampled edges."""

import numpy as np
import pytest

from threefold.neuromfa.checkpoint import InitialCheckpoint, SampledCheckpoint, save_sample
from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, MLP_OUT, Shape
from threefold.neuromfa.sampling import sample_graphs, sample_neurons, wanted_entries
from threefold.record.errors import InputError


def test_neurons_are_those_of_the_legacy_global_generator():
    np.random.seed(7)  # noqa: NPY002  (the published code's generator is the reference)
    expected = {"X": [], "A": [], "D": [], "M": []}
    for block in range(3):
        for layer, size, sample in (("X", 24, 4), ("A", 24, 4), ("D", 24, 4), ("M", 96, 8)):
            expected[layer].append(np.random.choice(size, sample, replace=False))  # noqa: NPY002
        if block == 2:
            expected["X"].append(np.random.choice(24, 4, replace=False))  # noqa: NPY002
    found = sample_neurons(InitialCheckpoint("m", Shape(24, 3, 2, 32), 0).layout, 4, seeds=[7])
    for layer, rows in expected.items():
        assert found[layer][0].tolist() == np.stack(rows).tolist()


def test_the_modern_generator_draws_other_neurons_without_replacement(checkpoint):
    legacy, modern = (sample_neurons(checkpoint.layout, 8, range(3), s) for s in ("published", "generator"))
    assert not np.array_equal(legacy["M"], modern["M"])
    assert all(len(set(row)) == 16 for row in modern["M"].reshape(-1, 16).tolist())


def test_a_sample_larger_than_the_layer_is_refused():
    with pytest.raises(InputError, match="only 24 neurons"):
        sample_neurons(InitialCheckpoint("m", Shape(24, 1, 2, 32), 0).layout, 25, seeds=[0])


def test_weights_are_the_sampled_entries(graphs, checkpoint):
    n, w = graphs.neurons, graphs.weights
    edges = {"X_F": ATTENTION_IN, "A_D": ATTENTION_OUT, "D_M": MLP_IN, "M_X": MLP_OUT}
    assert list(w) == list(edges)
    for index in range(3):
        for b in range(2):
            assert np.array_equal(n["F"][index, b], np.concatenate([n["A"][index, b] + k * 24 for k in range(3)]))
            for edge, name in edges.items():
                source, target = edge.split("_")
                rows, columns = n[target][index, b + (target == "X")], n[source][index, b]
                expected = checkpoint.block(checkpoint.layout.edges[edge][b][0], rows, columns)
                assert checkpoint.layout.edges[edge][b][0].name == name.format(b)
                assert np.array_equal(w[edge][index, b], expected)


def test_the_entries_wanted_of_a_checkpoint_are_enough_for_its_networks(graphs, checkpoint, tmp_path):
    save_sample(tmp_path / "s.safetensors", checkpoint, wanted_entries(checkpoint.layout, 4, range(3)))
    again = sample_graphs(SampledCheckpoint(tmp_path / "s.safetensors"), 4, range(3))
    assert all(np.array_equal(again.weights[edge], weights) for edge, weights in graphs.weights.items())
