"""Sampled networks as sparse matrices and as networkx graphs."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from threefold.neuromfa.convert import node_names, to_networkx, to_scipy


def test_sparse_matrix_and_networkx_graph_agree(graphs):
    lengths, weights = to_scipy(graphs, 1), to_scipy(graphs, 1, lengths=False)
    graph = to_networkx(graphs, 1)
    names = node_names(graphs, 1)
    nodes = 2 * (4 + 12 + 4 + 4 + 8) + 4
    assert lengths.shape == (nodes, nodes) and len(set(names)) == graph.number_of_nodes() == nodes
    assert graph.number_of_edges() == lengths.nnz == 2 * (8 * 16 + 4 + 2 * 16)
    assert np.allclose(lengths.data, 1 / abs(weights.data))
    source, target = (
        names.index(("D", 1, graphs.neurons["D"][1, 1, 2])),
        names.index(("M", 1, graphs.neurons["M"][1, 1, 5])),
    )
    assert weights[source, target] == np.float32(graphs.weights["D_M"][1, 1, 5, 2])
    edge = graph.edges[names[source], names[target]]
    assert edge["weight"] == weights[source, target] and edge["length"] == pytest.approx(1 / abs(edge["weight"]))


def test_edges_lead_from_each_layer_to_the_next(graphs):
    graph = to_networkx(graphs, 0)
    after = {"X": "F", "F": "A", "A": "D", "D": "M", "M": "X"}
    assert all(after[a] == b and j - i == (a == "M") for (a, i, _), (b, j, _) in graph.edges)
    assert nx.is_directed_acyclic_graph(graph)


def test_attention_mixes_keys_and_values_but_not_queries(graphs):
    graph = to_networkx(graphs, 0)
    channels = graphs.neurons["A"][0, 0]
    query, key = ("F", 0, int(channels[1])), ("F", 0, int(channels[1] + 24))
    assert list(graph.successors(query)) == [("A", 0, channels[1])]
    assert len(list(graph.successors(key))) == 4
    assert {data["length"] for *_, data in graph.out_edges(key, data=True)} == {1.0}


def test_edges_of_weight_zero_are_absent(graphs):
    empty = replace(graphs, weights=graphs.weights | {"D_M": np.zeros_like(graphs.weights["D_M"])})
    assert to_scipy(empty, 0).nnz == to_scipy(graphs, 0).nnz - 2 * 8 * 4
