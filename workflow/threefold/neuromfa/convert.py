"""A sampled network as a SciPy sparse matrix and as a networkx graph, e.g. `to_networkx(load_graphs(path), seed=0)`."""

from __future__ import annotations

import networkx as nx
import numpy as np
from scipy.sparse import block_array, coo_array, csr_array

from threefold.neuromfa.graph import NeuronGraphs


def node_names(graphs: NeuronGraphs, seed: int) -> list[tuple[str, int, int]]:
    """(layer, block, neuron) of every node of one network, in the order of the rows of `to_scipy`."""
    layers = _layers(graphs, _index(graphs, seed))
    return [(layer, block, int(neuron)) for layer, block, neurons in layers for neuron in neurons]


def to_scipy(graphs: NeuronGraphs, seed: int, lengths: bool = True) -> csr_array:
    """One network as a float32 matrix [source, target] of edge lengths 1/|w|, or of the signed weights w.

    Edges of weight zero are absent; edges F -> A have weight and length 1. Rows are named by `node_names`.
    """
    index = _index(graphs, seed)
    sizes = [len(neurons) for *_, neurons in _layers(graphs, index)]
    s, blocks = graphs.A.shape[-1], graphs.A.shape[1]
    mixing = np.vstack([np.eye(s), np.ones((2 * s, s))])  # queries pass to their own channel, keys and values to all
    steps = []
    for b in range(blocks):
        X_F, A_D, D_M, M_X = (w[index, b].T for w in graphs.weights.values())
        steps += [X_F, mixing, A_D, D_M, M_X]
    grid = [[None] * len(sizes) for _ in sizes]
    for layer, step in enumerate(steps):
        grid[layer][layer + 1] = coo_array(step.astype(np.float32))
    grid[0][0] = coo_array((sizes[0], sizes[0]), dtype=np.float32)  # fixes the sizes of first column and last row
    grid[-1][-1] = coo_array((sizes[-1], sizes[-1]), dtype=np.float32)
    matrix = block_array(grid, format="csr")
    if lengths:
        matrix.data = 1 / np.abs(matrix.data)
    return matrix


def to_networkx(graphs: NeuronGraphs, seed: int) -> nx.DiGraph:
    """One network as a directed graph of nodes (layer, block, neuron), its edges with `weight` and `length`."""
    names = node_names(graphs, seed)
    weights = to_scipy(graphs, seed, lengths=False).tocoo()
    graph = nx.DiGraph()
    graph.add_nodes_from(names)
    for source, target, weight in zip(*weights.coords, weights.data.tolist(), strict=True):
        graph.add_edge(names[source], names[target], weight=weight, length=1 / abs(weight))
    return graph


def _index(graphs: NeuronGraphs, seed: int) -> int:
    return graphs.seeds.tolist().index(seed)


def _layers(graphs: NeuronGraphs, index: int) -> list[tuple[str, int, np.ndarray]]:
    """(layer, block, neurons) of one network in the order of its edges."""
    layers = {layer: getattr(graphs, layer)[index] for layer in "XFADM"}
    blocks = graphs.A.shape[1]
    inner = [(layer, block, layers[layer][block]) for block in range(blocks) for layer in "XFADM"]
    return [*inner, ("X", blocks, layers["X"][blocks])]
