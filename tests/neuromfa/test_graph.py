"""Sampled networks: the published order of draws, the artifact, and its views."""

import networkx as nx
import numpy as np
import pytest

from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.convert import node_names, to_networkx, to_scipy
from threefold.neuromfa.graph import load_graphs, save_graphs
from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, MLP_OUT, Shape
from threefold.neuromfa.sampling import sample_graphs, sample_neurons
from threefold.record.errors import InputError

SHAPE = Shape(hidden_size=24, blocks=2, heads=2, vocabulary=32)
CHECKPOINT = InitialCheckpoint("tiny", SHAPE, seed=0)


@pytest.fixture(scope="module")
def graphs():
    return sample_graphs(CHECKPOINT, sample_size=4, seeds=range(3))


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


def test_weights_are_the_sampled_entries(graphs):
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
                assert np.array_equal(found[index, b], CHECKPOINT.block(tensor.format(b), rows, columns))


def test_the_artifact_holds_everything_and_is_the_same_bytes_each_time(graphs, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_graphs(tmp_path / name, graphs)
    loaded = load_graphs(tmp_path / "a.npz")
    for name, array in vars(graphs).items():
        assert np.array_equal(getattr(loaded, name), array)
    assert loaded.X_F.dtype == np.float16
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_damaged_artifact_is_named(graphs, tmp_path):
    save_graphs(tmp_path / "graph.npz", graphs)
    (tmp_path / "graph.npz").write_bytes((tmp_path / "graph.npz").read_bytes()[:500])
    with pytest.raises(InputError, match=r"graph\.npz"):
        load_graphs(tmp_path / "graph.npz")


def test_sparse_matrix_and_networkx_graph_agree(graphs):
    lengths, weights = to_scipy(graphs, 1), to_scipy(graphs, 1, lengths=False)
    graph = to_networkx(graphs, 1)
    names = node_names(graphs, 1)
    nodes = 2 * (4 + 12 + 4 + 4 + 8) + 4
    assert lengths.shape == (nodes, nodes) and len(set(names)) == graph.number_of_nodes() == nodes
    assert graph.number_of_edges() == lengths.nnz == 2 * (8 * 16 + 4 + 2 * 16)
    assert np.allclose(lengths.data, 1 / abs(weights.data))
    source, target = names.index(("D", 1, graphs.D[1, 1, 2])), names.index(("M", 1, graphs.M[1, 1, 5]))
    assert weights[source, target] == np.float32(graphs.D_M[1, 1, 5, 2])
    edge = graph.edges[names[source], names[target]]
    assert edge["weight"] == weights[source, target] and edge["length"] == pytest.approx(1 / abs(edge["weight"]))


def test_edges_lead_from_each_layer_to_the_next(graphs):
    graph = to_networkx(graphs, 0)
    after = {"X": "F", "F": "A", "A": "D", "D": "M", "M": "X"}
    assert all(after[a] == b and j - i == (a == "M") for (a, i, _), (b, j, _) in graph.edges)
    assert nx.is_directed_acyclic_graph(graph)


def test_attention_mixes_keys_and_values_but_not_queries(graphs):
    graph = to_networkx(graphs, 0)
    channels = graphs.A[0, 0]
    query, key = ("F", 0, int(channels[1])), ("F", 0, int(channels[1] + 24))
    assert list(graph.successors(query)) == [("A", 0, channels[1])]
    assert len(list(graph.successors(key))) == 4
    assert {data["length"] for *_, data in graph.out_edges(key, data=True)} == {1.0}


def test_edges_of_weight_zero_are_absent(graphs):
    empty = type(graphs)(**{**vars(graphs), "D_M": np.zeros_like(graphs.D_M)})
    assert to_scipy(empty, 0).nnz == to_scipy(graphs, 0).nnz - 2 * 8 * 4
