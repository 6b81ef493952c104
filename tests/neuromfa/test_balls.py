"""Balls: lengths and their bounds, and wider and undirected balls against networkx."""

from collections import Counter
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from threefold.neuromfa.balls import PUBLISHED, Choices, count_lengths
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.convert import node_names, to_networkx
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs


@pytest.fixture(scope="module")
def network():
    """A network whose edges are often within the window, as a graph of this library and of networkx."""
    graphs = sample_graphs(InitialCheckpoint("pythia-14m", PYTHIA["pythia-14m"], 0), 5, range(1))
    return graphs, to_networkx(graphs, 0)


def lengths_by_centre(graphs, counts):
    """Node -> Counter of rounded lengths, of what `count_lengths` gives."""
    names = node_names(graphs, 0)
    return {
        name: Counter({r + 1: int(n) for r, n in enumerate(column) if n})
        for layer, table in counts.items()
        for name, column in zip([name for name in names if name[0] == layer], table.T, strict=False)
    }


def test_rounding_and_bounds_of_lengths():
    # Lengths 1 (not more than 1), 1.25 -> 1, 1.5 -> 2, 2.5 -> 2 (half to even), 10, 10.25 and infinity (out).
    weights = np.array([1, -0.8, -2 / 3, 0.4, 0.1, 4 / 41, 0], np.float32)[None, :, None]
    counts = count_lengths({"X_F": weights}, Choices(window=10))["X"]
    assert counts.shape == (10, 1)
    assert counts[:, 0].tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (Choices(window=10, beyond=0), {1: 2, 2: 2, 10: 1}),
        (Choices(window=10, rounding="up"), {2: 2, 3: 1, 10: 1}),
        (Choices(window=10, rounding="down"), {1: 2, 2: 1, 10: 1}),
        (Choices(window=11), {1: 1, 2: 2, 10: 2}),
    ],
)
def test_each_choice_of_lengths_does_what_it_says(choices, expected):
    weights = np.array([1, -0.8, -2 / 3, 0.4, 0.1, 4 / 41, 0], np.float32)[None, :, None]
    found = count_lengths({"X_F": weights}, choices)["X"][:, 0]
    assert {r + 1: n for r, n in enumerate(found.tolist()) if n} == expected


def test_halves_are_tabulated_to_the_same_lengths():
    weights = np.random.default_rng(0).normal(0, 0.05, (2, 30, 40)).astype(np.float16)
    weights[0, 0, :3] = [0, 1, -1]
    tabulated, computed = (count_lengths({"X_F": w}, PUBLISHED)["X"] for w in (weights, weights.astype(np.float32)))
    assert np.array_equal(tabulated, computed) and computed.sum() > 100


def test_centres_are_columns_of_every_block():
    weights = np.zeros((2, 3, 4), np.float16)
    weights[1, 2, 3] = 0.2
    counts = count_lengths({"X_F": weights}, Choices(window=6))["X"]
    assert counts.shape == (6, 8) and counts[4, 7] == counts.sum() == 1


def test_one_hop_is_the_direct_out_neighbours(network):
    graphs, graph = network
    found = lengths_by_centre(graphs, count_lengths(graphs.network(0), PUBLISHED))
    for node, lengths in found.items():
        expected = [data["length"] for *_, data in graph.out_edges(node, data=True) if 1 < data["length"] <= 150]
        assert lengths == Counter(int(np.rint(np.float32(d))) for d in expected)


@pytest.mark.parametrize("hops", [2, 3])
def test_wider_balls_follow_shortest_paths(network, hops):
    graphs, graph = network
    found = lengths_by_centre(graphs, count_lengths(graphs.network(0), Choices(window=60, hops=hops)))
    assert {node[0] for node in found} == set("XFADM")
    for node in list(found)[::7]:
        near = nx.ego_graph(graph, node, radius=hops, distance=None)
        reached = nx.single_source_dijkstra_path_length(near, node, weight="length")
        expected = Counter(int(np.rint(np.float32(d))) for d in reached.values() if 1 < d <= 60)
        assert found[node] == expected, node


def test_undirected_balls_also_hold_in_neighbours(network):
    graphs, graph = network
    found = lengths_by_centre(graphs, count_lengths(graphs.network(0), replace(PUBLISHED, directed=False)))
    assert set(found) == set(graph.nodes)
    for node, lengths in found.items():
        around = [*graph.in_edges(node, data=True), *graph.out_edges(node, data=True)]
        expected = [data["length"] for *_, data in around if 1 < data["length"] <= 150]
        assert lengths == Counter(int(np.rint(np.float32(d))) for d in expected), node
