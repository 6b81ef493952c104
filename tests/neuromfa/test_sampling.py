"""Sampled networks: the published order of draws, and the weights of the sampled edges."""

import numpy as np
import pytest

from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, MLP_OUT
from threefold.neuromfa.sampling import sample_neurons
from threefold.record.errors import InputError


def test_neurons_are_those_of_the_legacy_global_generator():
    np.random.seed(7)  # noqa: NPY002  (the published code's generator is the reference)
    expected = {"X": [], "A": [], "D": [], "M": []}
    for block in range(3):
        for layer, size, sample in (("X", 24, 4), ("A", 24, 4), ("D", 24, 4), ("M", 96, 8)):
            expected[layer].append(np.random.choice(size, sample, replace=False))  # noqa: NPY002
        if block == 2:
            expected["X"].append(np.random.choice(24, 4, replace=False))  # noqa: NPY002
    found = sample_neurons(hidden_size=24, blocks=3, sample_size=4, seed=7)
    assert {layer: rows.tolist() for layer, rows in found.items()} == {
        layer: np.stack(rows).tolist() for layer, rows in expected.items()
    }


def test_a_sample_larger_than_the_layer_is_refused():
    with pytest.raises(InputError, match="only 24 neurons"):
        sample_neurons(hidden_size=24, blocks=1, sample_size=25, seed=0)


def test_weights_are_the_sampled_entries(graphs, checkpoint):
    for index in range(3):
        for b in range(2):
            X, A, D, M, out = graphs.X[index, b], graphs.A[index, b], graphs.D[index, b], graphs.M[index, b], b + 1
            F = np.concatenate([A, A + 24, A + 48])
            assert np.array_equal(graphs.F[index, b], F)
            for found, tensor, rows, columns in (
                (graphs.X_F, ATTENTION_IN, F, X),
                (graphs.A_D, ATTENTION_OUT, D, A),
                (graphs.D_M, MLP_IN, M, D),
                (graphs.M_X, MLP_OUT, graphs.X[index, out], M),
            ):
                assert np.array_equal(found[index, b], checkpoint.block(tensor.format(b), rows, columns))
